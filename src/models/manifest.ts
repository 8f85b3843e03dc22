import { readPolicyPatch } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeKind, type IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { isFileName, isSha256, readWeightFiles, type WeightFileEntry } from './manifest-files.js';

/** One input of a model, as its manifest describes it. */
export interface ManifestInput {
  name: string;
  /** Features a row. */
  size: number;
  /** The features' names, `size` of them. */
  features?: string[];
  /** What each feature is, for people, `size` of them. */
  descriptions?: string[];
  /** Of the training data: features are normalised as (x − mean) / (std + 1e-8). Given together with `std` or not at all. */
  mean?: number[];
  std?: number[];
}

/** The graph's outputs, by what they mean. */
export interface ManifestOutputs {
  /** [rows, 2]: softmax makes them probabilities, and column 1 is fraud. Given instead of `probability`. */
  logits?: string;
  /** [rows] or [rows, 1], in [0, 1]. Given instead of `logits`. */
  probability?: string;
  /** [rows] or [rows, 1], in [0, 1]. @default the probability */
  riskScore?: string;
  /** [rows, n] */
  attention?: string;
}

/** `model.json`: everything this package knows of a model beside its graph. */
export interface Manifest {
  name: string;
  version: string;
  /** The ONNX file, beside the manifest. */
  file: string;
  /** Of that file, in hexadecimal. */
  sha256: string;
  inputs: ManifestInput[];
  outputs: ManifestOutputs;
  /** Files beside the manifest that hold weights of the graph. */
  files: WeightFileEntry[];
  /** Thresholds that go before the package's defaults and behind the host's options. */
  policy: Partial<DecisionPolicy>;
}

/**
 * The one name that a plain JavaScript object can't hold as a field: setting it sets the object's prototype. Requests, and the runtime's
 * inputs and outputs, are such objects.
 */
const reservedName = '__proto__';
const notReserved = `any other name: in JavaScript ${reservedName} is an object's prototype and no field, so rename it in the graph and here`;

/**
 * Reads a parsed `model.json`, adding everything that is wrong with it to `issues`; null where there was anything.
 */
export function readManifest(json: unknown, issues: IssueList): Manifest | null {
  const reader = new FieldReader(json, '', issues);
  const name = reader.required('name', 'a name', isText);
  const version = reader.required('version', 'a version', isText);
  const file = reader.required('file', 'the name of a file in the same directory', isFileName);
  const sha256 = reader.required('sha256', '64 hexadecimal digits', isSha256);
  const inputs = readInputs(reader, issues);
  const outputs = readOutputs(reader.nested('outputs'), issues);
  const files = readWeightFiles(reader, file, issues);
  const policy = readPolicyPatch(reader.nested('policy'));
  // Further fields are a newer format's or the author's own notes, and disturb nothing.
  if (issues.total > 0 || !name || !version || !file || !sha256) return null;
  return { name, version, file, sha256: sha256.toLowerCase(), inputs, outputs, files, policy };
}

function readInputs(reader: FieldReader, issues: IssueList): ManifestInput[] {
  const list = reader.required('inputs', 'a list of at least one input', isFilledArray) ?? [];
  const inputs = list.map((item, index) => readInput(item, `inputs[${index}]`, issues));
  for (const [index, input] of inputs.entries()) {
    const first = inputs.findIndex((other) => other.name === input.name);
    if (input.name !== '' && first < index)
      issues.add(`inputs[${index}].name`, 'a name of its own', `that of inputs[${first}]`);
  }
  return inputs;
}

function readInput(value: unknown, path: string, issues: IssueList): ManifestInput {
  const reader = new FieldReader(value ?? null, path, issues);
  const name = reader.required('name', "the name of a graph's input", isText) ?? '';
  if (name === reservedName) reader.reject('name', notReserved, name);
  const size = reader.required('size', 'an integer of at least 1', isSize) ?? 0;
  const input: ManifestInput = { name, size };
  const features = readColumn(reader, 'features', 'texts that are not empty', size, isText);
  const reserved = features?.indexOf(reservedName) ?? -1;
  if (reserved >= 0) reader.reject(`features[${reserved}]`, notReserved, reservedName);
  const descriptions = readColumn(reader, 'descriptions', 'texts that are not empty', size, isText);
  const mean = readColumn(reader, 'mean', 'finite numbers', size, isFinite32);
  const std = readColumn(reader, 'std', 'finite numbers of at least 0', size, isDeviation);
  if (features) input.features = features;
  if (descriptions) input.descriptions = descriptions;
  // An empty list is the same as none, and half a normalisation would be none at all.
  if ((mean === undefined) !== (std === undefined)) {
    reader.reject(mean === undefined ? 'mean' : 'std', 'mean and std together', undefined);
  }
  if (mean && std) Object.assign(input, { mean, std });
  return input;
}

/** A list with an item for each feature; an empty list is the same as none. */
function readColumn<T>(
  reader: FieldReader,
  name: string,
  what: string,
  size: number,
  accepts: (value: unknown) => value is T,
): T[] | undefined {
  const values = reader.value(name, `a list of ${size} ${what}`, Array.isArray);
  if (values === undefined || values.length === 0) return undefined;
  if (values.length !== size) {
    reader.reject(name, `a list of ${size} ${what}`, values);
    return undefined;
  }
  const bad = values.findIndex((value) => !accepts(value));
  if (bad >= 0) reader.reject(`${name}[${bad}]`, `one of ${size} ${what}`, values[bad]);
  return values.filter(accepts);
}

function readOutputs(reader: FieldReader, issues: IssueList): ManifestOutputs {
  const outputs: ManifestOutputs = {};
  for (const meaning of ['logits', 'probability', 'riskScore', 'attention'] as const) {
    const name = reader.value(meaning, "the name of a graph's output", isText);
    if (name === reservedName) reader.reject(meaning, notReserved, name);
    if (name !== undefined) outputs[meaning] = name;
  }
  reader.rejectUnknown();
  if (reader.has('logits') === reader.has('probability')) {
    issues.add('outputs', 'either logits or probability', reader.has('logits') ? 'both' : 'neither');
  }
  return outputs;
}

function isFilledArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= 1_000_000;
}

function isFinite32(value: unknown): value is number {
  return typeof value === 'number' && describeKind(value) === 'a number';
}

function isDeviation(value: unknown): value is number {
  return isFinite32(value) && value >= 0;
}
