import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { refusal } from '../../models/adopt/refusal.js';
import { parseJsonFile } from '../../models/json-text.js';
import { readSmall } from '../../models/read-file.js';
import type { Calibration } from '../../protocol/output-forms.js';
import { isCalibration } from './calibration.js';
import type { AdoptOrder } from './order.js';

/** A header is longer than that in no table. */
const maxHeaderBytes = 4 * 2 ** 20;

/** Names of features, from the list or the header of a table. @throws {ModelInvalidError} where there is no header. */
export async function readNames(features: AdoptOrder['features']): Promise<string[] | null> {
  if (features === null || Array.isArray(features)) return features;
  const start = await startOf(features.header).catch(() => null);
  if (start === null)
    throw refusal('features', 'a CSV file with a header', `${features.header}, which can not be read`);
  const line = start.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
  const delimiter =
    [',', ';', '\t'].map((mark) => [mark, line.split(mark).length] as const).sort((a, b) => b[1] - a[1])[0]?.[0] ?? ',';
  try {
    const [header] = parse(start, { bom: true, delimiter, to: 1, trim: true, relax_column_count: true });
    const names = (header as unknown[] | undefined)?.map(String) ?? [];
    if (names.length > 0 && names.every((name) => name !== '')) return names;
  } catch {
    // A row further down, or no table at all.
  }
  throw refusal('features', 'a CSV file whose first line names its columns', features.header);
}

/** The first bytes of a file, unpacked where it is a gzip file. */
async function startOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const isPacked = /\.gz$/i.test(path);
    const most = isPacked ? maxHeaderBytes / 16 : maxHeaderBytes;
    const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, 0);
    const start = buffer.subarray(0, bytesRead);
    // The rest of the file is missing, and so is its end.
    return isPacked ? gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, maxHeaderBytes) : start;
  } finally {
    await file.close();
  }
}

/** @throws {ModelInvalidError} where the file has no calibration in it. */
export async function readCalibration(calibration: AdoptOrder['calibration']): Promise<Calibration | null> {
  if (calibration === null || !('file' in calibration)) return calibration;
  const file = await readSmall(calibration.file);
  try {
    const json = parseJsonFile(file);
    if (isCalibration(json)) return json;
  } catch {
    // The parser's own words quote what it read.
  }
  const expected =
    '{ "method": "platt", "a", "b" } or { "method": "isotonic", "x": […], "y": […] } with as many y in [0, 1] as rising x';
  throw refusal('calibration', expected, `something else in ${calibration.file}`);
}
