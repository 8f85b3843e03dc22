import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** One input of a model directory, as its `model.json` has it. */
export interface InputSpec {
  name: string;
  size: number;
  mean?: number[];
  std?: number[];
}

/** The part of a `model.json` that a direct run needs. */
export interface DirectModel {
  directory: string;
  file: string;
  inputs: InputSpec[];
  outputs: { logits: string; riskScore: string };
}

/** The two scores of a row. */
export interface DirectScores {
  fraudProbability: number;
  riskScore: number;
}

export function readModel(directory: string): DirectModel {
  const manifest: Omit<DirectModel, 'directory'> = JSON.parse(readFileSync(join(directory, 'model.json'), 'utf8'));
  return { ...manifest, directory };
}

/**
 * Runs each row alone, with the runtime and nothing of this package: on the CPU a row's result is the same, to the last bit, whatever
 * batch it is in.
 */
export async function runDirectly(
  model: DirectModel,
  rows: readonly Readonly<Record<string, Float32Array>>[],
): Promise<DirectScores[]> {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  const session = await InferenceSession.create(join(model.directory, model.file), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  const scores: DirectScores[] = [];
  const { logits: logitsName, riskScore: riskName } = model.outputs;
  for (const row of rows) {
    const feeds = Object.fromEntries(model.inputs.map((input) => [input.name, tensorOf(input, row[input.name])]));
    const results = await session.run(feeds, [logitsName, riskName]);
    const [legitimate, fraud] = floats(results[logitsName]);
    const [riskScore] = floats(results[riskName]);
    if (legitimate === undefined || fraud === undefined || riskScore === undefined) throw new Error('no outputs');
    scores.push({ fraudProbability: Math.fround(1 / (1 + Math.exp(legitimate - fraud))), riskScore });
  }
  await session.release();
  return scores;
}

/** Normalised as the contract says, in double precision. */
function tensorOf({ name, size, mean, std }: InputSpec, values: Float32Array | undefined): Tensor {
  if (values?.length !== size) throw new Error(`${name}: expected ${size} values`);
  const normalised = Float32Array.from(values, (value, column) => {
    const [middle, width] = [mean?.[column], std?.[column]];
    return middle === undefined || width === undefined ? value : (value - middle) * (1 / (width + 1e-8));
  });
  return new Tensor('float32', normalised, [1, size]);
}

function floats(tensor: Tensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new Error('expected float32 outputs');
}
