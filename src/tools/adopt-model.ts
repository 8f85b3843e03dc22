import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type OutputForm, outputForms } from '../models/adopt/form-names.js';
import { requirePath } from '../models/model-location.js';
import { isPathOrUrl } from '../options.js';
import type { Calibration } from '../protocol/output-forms.js';
import { isAbortSignal } from '../requests/score-options.js';
import { FieldReader } from '../validation/field-reader.js';
import { isText } from '../validation/text.js';
import { isCalibration } from './adopt/calibration.js';
import { faultOfNames } from './adopt/given-files.js';
import type { Adoption, AdoptOrder, MissingValue } from './adopt/order.js';
import { runAdoption } from './adopt/run-process.js';
import { refuseIfTaken, written } from './written.js';

/** Options of `adoptModel`. They give what the graph itself does not say. */
export interface AdoptModelOptions {
  /** The model's name in the manifest. @default the file's name without its extension */
  name?: string | undefined;
  /** @default '1' */
  version?: string | undefined;
  /** The class that is fraud. A number is a column of the output, counted from 0. A text is a label. @default column 1 of two */
  fraudClass?: number | string | undefined;
  /** Names of the features, in the order of the graph's inputs; or the path of a CSV file with the names in its header. */
  features?: readonly string[] | string | URL | undefined;
  /**
   * The value that replaces a missing feature: `'nan'` or a number for all inputs that can hold it; or a value by input, which may be a
   * text for an input of texts. @default missing values are refused
   */
  missing?: number | string | Readonly<Record<string, number | string>> | undefined;
  /** The form of outputs, by name, if the graph leaves a choice: `{ scores: 'score' }`. */
  outputs?: Readonly<Record<string, OutputForm>> | undefined;
  /** A function that maps a score to a probability; or the path of a JSON file with it. */
  calibration?: Calibration | string | URL | undefined;
  /** A `cases.json` to copy: rows and their expected scores. */
  cases?: string | URL | undefined;
  /** Called with a description of each step. */
  onStep?: ((step: string) => void) | undefined;
  /** Aborts the work; the error is the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** What was found in a graph, and what was changed. */
export interface AdoptionReport extends Adoption {
  /** The directory that was written. */
  directory: string;
}

/**
 * Makes a model directory from a bare ONNX file. It reads the graph, edits parts that cannot be served (a ZipMap at its end, a fixed axis
 * of rows, float16 inputs or outputs), compares the result with the original on synthetic rows, and checks the directory. The file is not
 * changed, and if anything fails, nothing is written. The work runs in a separate process, so that a graph that crashes the runtime does no
 * harm.
 *
 * @param file the path or file URL of the ONNX file. Its files of weights must be next to it.
 * @param outDirectory the path or file URL of the directory to write. It must be empty or not exist.
 * @throws {InvalidOptionsError} if an option is not valid, or `outDirectory` is not empty or cannot be written.
 * @throws {ModelInvalidError} if the graph cannot be served, with the reason and advice; or if there is a choice, with the choices.
 * @throws {OutOfResourcesError} if the disk is full or memory runs out.
 * @throws {ProviderUnavailableError} if the ONNX runtime cannot be loaded.
 */
export async function adoptModel(
  file: string | URL,
  outDirectory: string | URL,
  options: AdoptModelOptions = {},
): Promise<AdoptionReport> {
  const path = resolve(requirePath(file, 'file'));
  const target = resolve(requirePath(outDirectory, 'outDirectory'));
  const { onStep, signal, ...order } = readOptions(options, path);
  await refuseIfTaken(target);
  // Written next to the target, so that the last step is a rename. So a model directory is either complete or absent.
  const draft = await written('outDirectory', target, async () => {
    await mkdir(dirname(target), { recursive: true });
    return mkdtemp(`${target}.draft-`);
  });
  try {
    const adoption = await runAdoption({ ...order, file: path, draft }, { onStep, signal });
    await written('outDirectory', target, async () => {
      await rm(target, { recursive: true, force: true });
      await rename(draft, target);
    });
    return { directory: target, ...adoption };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

type ReadOptions = Omit<AdoptOrder, 'file' | 'draft'> & {
  onStep: (step: string) => void;
  signal: AbortSignal | undefined;
};

function readOptions(options: AdoptModelOptions, file: string): ReadOptions {
  const reader = new FieldReader(options);
  const features = reader.value('features', 'a list of names, or the path of a CSV file with a header', isFeatures);
  if (Array.isArray(features)) {
    const fault = faultOfNames(features, 'position');
    if (fault !== null) reader.issues.add('features', 'names that are not empty, each of them once', fault);
  }
  const calibration = reader.value(
    'calibration',
    "{ method: 'platt', a, b }, { method: 'isotonic', x, y }, or the path of a JSON file with one of them",
    isCalibrationOrPath,
  );
  const outputs = reader.value('outputs', `an object of ${outputForms.join(', ')} by the names of outputs`, isForms);
  const missing = reader.value(
    'missing',
    "'nan' or a number, or by the names of inputs one of these or a text",
    isMissing,
  );
  const cases = reader.value('cases', 'the path of a cases.json', isPathOrUrl);
  const resolved: ReadOptions = {
    name:
      reader.value('name', 'a text that is not empty', isText) ?? (basename(file).replace(/\.onnx$/i, '') || 'model'),
    version: reader.value('version', 'a text that is not empty', isText) ?? '1',
    fraudClass: reader.value('fraudClass', 'a column, an integer from 0, or a label', isClass) ?? null,
    features:
      features === undefined
        ? null
        : Array.isArray(features)
          ? [...features]
          : { header: pathOf(features as string | URL, 'features') },
    missing: missingValues(missing),
    outputs: Object.entries(outputs ?? {}),
    calibration:
      calibration === undefined
        ? null
        : isCalibration(calibration)
          ? calibration
          : { file: pathOf(calibration, 'calibration') },
    cases: cases === undefined ? null : pathOf(cases, 'cases'),
    onStep: reader.value('onStep', 'a function', isFunction) ?? (() => {}),
    signal: reader.value('signal', 'an AbortSignal', isAbortSignal),
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

function pathOf(location: string | URL, option: string): string {
  return resolve(requirePath(location, option));
}

function missingValues(missing: AdoptModelOptions['missing']): MissingValue[] {
  if (missing === undefined) return [];
  if (typeof missing !== 'object') return [{ input: null, value: missing }];
  return Object.entries(missing).map(([input, value]) => ({ input, value }));
}

function isFeatures(value: unknown): value is readonly string[] | string | URL {
  return (
    isPathOrUrl(value) || (Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string'))
  );
}

function isCalibrationOrPath(value: unknown): value is Calibration | string | URL {
  return isPathOrUrl(value) || isCalibration(value);
}

function isForms(value: unknown): value is Readonly<Record<string, OutputForm>> {
  return isPlain(value) && Object.values(value).every((form) => outputForms.some((known) => known === form));
}

function isMissing(value: unknown): value is number | string | Readonly<Record<string, number | string>> {
  return isMissingValue(value) || (isPlain(value) && Object.values(value).every(isMissingValue));
}

function isMissingValue(value: unknown): value is number | string {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

function isClass(value: unknown): value is number | string {
  return isText(value) || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0);
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFunction(value: unknown): value is (step: string) => void {
  return typeof value === 'function';
}
