import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { shownName } from '../../errors/foreign-names.js';
import { ModelInvalidError } from '../../errors.js';
import { messageOf } from '../../host/thrown.js';
import { refusal } from '../../models/adopt/refusal.js';
import { decodeText } from '../../models/decode-text.js';
import { parseJsonFile } from '../../models/json-text.js';
import { readCalibrationFields } from '../../models/manifest-outputs.js';
import { readSmall } from '../../models/read-file.js';
import type { Calibration } from '../../protocol/output-forms.js';
import { FieldReader } from '../../validation/field-reader.js';
import { describeKind, IssueList } from '../../validation/issues.js';
import type { AdoptOrder } from './order.js';

/** Longer than the header of any real table. */
const maxHeaderBytes = 4 * 2 ** 20;

/** The most problems of names that an error lists. */
const maxFaults = 5;

/** The names of features, from the list or the header of a table. @throws {ModelInvalidError} if there is no header. */
export async function readNames(features: AdoptOrder['features']): Promise<string[] | null> {
  if (features === null || Array.isArray(features)) return features;
  const start = await startOf(features.header).catch(() => null);
  if (start === null)
    throw refusal('features', 'a CSV file with a header', `${features.header}, which can not be read`);
  const line = start.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  const delimiter =
    [',', ';', '\t'].map((mark) => [mark, line.split(mark).length] as const).sort((a, b) => b[1] - a[1])[0]?.[0] ?? ',';
  let names: string[] = [];
  try {
    const [header] = parse(start, { bom: true, delimiter, to: 1, trim: true, relax_column_count: true });
    names = (header as unknown[] | undefined)?.map(String) ?? [];
  } catch {
    // A later row, or not a table at all.
  }
  const fault = names.length === 0 ? 'no header' : (faultOfText(names, start) ?? faultOfNames(names, 'column'));
  if (fault === null) return names;
  throw refusal('features', 'a CSV file whose first line names its columns', `${features.header}: ${fault}`);
}

/** The rows below the header need not be UTF-8. Only names with a replacement character are examined further. */
function faultOfText(names: readonly string[], start: Buffer): string | null {
  if (!names.some((name) => name.includes('\ufffd'))) return null;
  try {
    decodeText(start, true);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** What is wrong with names of features, with their positions, counted from 1; null if nothing is wrong. */
export function faultOfNames(names: readonly string[], position: 'column' | 'position'): string | null {
  const faults = names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === '') return [`${position} ${index + 1} has no name`];
    return first < index
      ? [`${position} ${index + 1} has the name ${JSON.stringify(shownName(name))}, as ${position} ${first + 1} has`]
      : [];
  });
  if (faults.length === 0) return null;
  const more = faults.length > maxFaults ? `, and ${faults.length - maxFaults} more` : '';
  return faults.slice(0, maxFaults).join(', ') + more;
}

/** The first bytes of a file, unpacked if it is gzipped. */
async function startOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const isPacked = /\.gz$/i.test(path);
    const most = isPacked ? maxHeaderBytes / 16 : maxHeaderBytes;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, 0);
    const start = buffer.subarray(0, bytesRead);
    // The rest of the file, and so its end, is missing.
    return isPacked ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, maxHeaderBytes) : start;
  } finally {
    await file.close();
  }
}

const expectedCalibration =
  'a JSON file with { "method": "platt", "a", "b" } or { "method": "isotonic", "x": […], "y": […] }';

/** @throws {ModelInvalidError} if the file has no valid calibration, with the problem. */
export async function readCalibration(calibration: AdoptOrder['calibration']): Promise<Calibration | null> {
  if (calibration === null || !('file' in calibration)) return calibration;
  const path = calibration.file;
  const issues = new IssueList();
  const read = readCalibrationFields(new FieldReader(await readJson(path), 'calibration', issues));
  if (read !== undefined) return read;
  throw new ModelInvalidError(`The model can not be adopted: ${path}`, issues.listed, { totalIssues: issues.total });
}

async function readJson(path: string): Promise<object> {
  try {
    const json = parseJsonFile(await readSmall(path));
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json;
    throw new SyntaxError(`expected an object, found ${describeKind(json)}`);
  } catch (error) {
    if (error instanceof ModelInvalidError) throw refusal('calibration', expectedCalibration, error.message);
    if (error instanceof SyntaxError) throw refusal('calibration', expectedCalibration, `${path}: ${error.message}`);
    throw error;
  }
}
