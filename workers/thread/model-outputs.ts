import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { hasClasses, type OutputSpec, type ScoreForm, scoreFormOf } from '../../src/protocol/output-forms.js';
import type { ModelSpec } from '../../src/protocol/serving.js';
import { toFloats } from './floats.js';
import { probabilityReader, type ToProbability } from './to-probability.js';

/** A model's outputs for some rows, by meaning. */
export interface ModelOutputs {
  /** One value per row, after softmax, sigmoid and calibration. In [0, 1], unless the model does not match its manifest. */
  probability: Float32Array | Float64Array;
  /** null if the model has no such output. The same for attention. */
  riskScore: Float32Array | null;
  attention: Float32Array | null;
  /** The graph's raw output behind the probabilities: [rows, columns]. */
  raw: Float32Array;
}

/** The graph's raw outputs for some rows. */
export interface RawOutputs {
  raw: Float32Array;
  riskScore: Float32Array | null;
  attention: Float32Array | null;
}

/** Reads a graph's outputs by the manifest, and checks their lengths. */
export class OutputReader {
  /** Columns of the attention output; 0 if there is none. */
  readonly attentionWidth: number;
  /** Columns of the score output. */
  readonly columns: number;
  readonly #form: ScoreForm;
  readonly #toProbability: ToProbability;

  /**
   * @param one the graph's outputs for `rows` rows.
   * @throws {Error} if the outputs do not have as many columns as the manifest says or needs.
   */
  constructor(spec: ModelSpec, one: RawOutputs, rows: number) {
    this.#form = scoreFormOf(spec.outputs);
    this.attentionWidth = (one.attention?.length ?? 0) / rows;
    this.columns = hasClasses(this.#form) ? columnsOf(this.#form, spec.outputs, one.raw.length / rows) : 1;
    this.#toProbability = probabilityReader(spec, this.columns);
    this.check(one, rows);
  }

  /** @throws {Error} if an output has the wrong length. */
  read(outputs: RawOutputs, rows: number): ModelOutputs {
    this.check(outputs, rows);
    const { raw, riskScore, attention } = outputs;
    return { probability: this.#toProbability(raw, rows), riskScore, attention, raw };
  }

  /** The outputs of the first rows of a run of `all` rows. @throws {Error} if an output has the wrong length. */
  firstOf(outputs: RawOutputs, rows: number, all: number): RawOutputs {
    this.check(outputs, all);
    const { raw, riskScore, attention } = outputs;
    return {
      raw: raw.subarray(0, rows * this.columns),
      riskScore: riskScore?.subarray(0, rows) ?? null,
      attention: attention?.subarray(0, rows * this.attentionWidth) ?? null,
    };
  }

  /** @throws {Error} if an output has the wrong length. */
  check({ raw, riskScore, attention }: RawOutputs, rows: number): void {
    checkLength(this.#form, raw, rows * this.columns);
    checkLength('riskScore', riskScore, rows);
    checkLength('attention', attention, rows * this.attentionWidth);
  }
}

/** The outputs of a run, with any type of floating point number. */
export function rawOutputsOf(results: InferenceSession.ReturnType, outputs: OutputSpec): RawOutputs {
  const raw = floatsOf(results, outputs[scoreFormOf(outputs)]);
  if (raw === null) throw new Error('a model has no score');
  return { raw, riskScore: floatsOf(results, outputs.riskScore), attention: floatsOf(results, outputs.attention) };
}

/** Combines the outputs of several runs. */
export function joined(parts: readonly RawOutputs[]): RawOutputs {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) return first;
  return {
    raw: concatenated(parts.map(({ raw }) => raw)),
    riskScore: first?.riskScore ? concatenated(parts.flatMap(({ riskScore }) => riskScore ?? [])) : null,
    attention: first?.attention ? concatenated(parts.flatMap(({ attention }) => attention ?? [])) : null,
  };
}

function concatenated(arrays: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

function floatsOf(results: InferenceSession.ReturnType, name: string | undefined): Float32Array | null {
  if (name === undefined) return null;
  const output: Tensor | undefined = results[name];
  const floats = output === undefined ? null : toFloats(output);
  if (floats === null) throw new Error(`output ${JSON.stringify(name)}: expected a tensor of floating point numbers`);
  return floats;
}

/** The number of classes. */
function columnsOf(form: ScoreForm, { classes, fraudClass }: OutputSpec, seen: number): number {
  const expected = classes?.length ?? seen;
  if (expected < 2 || !Number.isSafeInteger(expected)) {
    const single = form === 'logits' ? 'logit' : 'probability';
    throw new Error(
      `output ${form}: expected a column for each class, received ${seen} (name one column as outputs.${single})`,
    );
  }
  if (fraudClass === undefined && expected > 2) {
    throw new Error(`output ${form}: ${expected} classes: say which column is fraud by outputs.fraudClass`);
  }
  if ((fraudClass ?? 1) >= expected) {
    throw new Error(`output ${form}: outputs.fraudClass is column ${fraudClass}, and there are ${expected}, from 0`);
  }
  return expected;
}

function checkLength(meaning: string, data: Float32Array | null, expected: number): void {
  if (data !== null && data.length !== expected) {
    throw new Error(`output ${meaning}: expected ${expected} values, received ${data.length}`);
  }
}
