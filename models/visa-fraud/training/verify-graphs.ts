import { InferenceSession, Tensor } from 'onnxruntime-node';

/** The folded graph against the plain one: largest differences over all rows, and what they may be. */
export interface Differences {
  probability: number;
  riskScore: number;
  /** As a multiple of max(1, |logit|). */
  logit: number;
  attention: number;
}

export const TOLERANCE = 1e-5;

/** Runs both graphs on the same normalised rows. @throws Error naming the largest difference above the tolerance */
export async function verifyGraphs(
  plainFile: string,
  foldedFile: string,
  inputs: readonly { name: string; size: number }[],
  rows: Float32Array,
): Promise<Differences> {
  const [plain, folded] = await Promise.all([outputsOf(plainFile, inputs, rows), outputsOf(foldedFile, inputs, rows)]);
  const differences: Differences = { probability: 0, riskScore: 0, logit: 0, attention: 0 };
  const count = plain.risk_score.length;
  for (let row = 0; row < count; row++) {
    const [a, b] = [logitsAt(plain.logits, row), logitsAt(folded.logits, row)];
    for (const side of [0, 1] as const) {
      const difference = Math.abs(a[side] - b[side]) / Math.max(1, Math.abs(a[side]));
      differences.logit = larger(differences.logit, difference);
    }
    differences.probability = larger(differences.probability, Math.abs(probability(a) - probability(b)));
    differences.riskScore = larger(differences.riskScore, difference(plain.risk_score, folded.risk_score, row));
    differences.attention = larger(
      differences.attention,
      difference(plain.attention_weights, folded.attention_weights, row),
    );
  }
  for (const [name, difference] of Object.entries(differences)) {
    if (!(difference <= TOLERANCE)) {
      throw new Error(
        `${name}: expected graphs that agree within ${TOLERANCE}, received a difference of ${difference}`,
      );
    }
  }
  return differences;
}

const OUTPUTS = ['logits', 'risk_score', 'attention_weights'] as const;
type Outputs = Record<(typeof OUTPUTS)[number], Float32Array>;

async function outputsOf(
  file: string,
  inputs: readonly { name: string; size: number }[],
  rows: Float32Array,
): Promise<Outputs> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const width = inputs.reduce((sum, { size }) => sum + size, 0);
  const count = rows.length / width;
  const feeds: Record<string, Tensor> = {};
  let offset = 0;
  for (const { name, size } of inputs) {
    const data = new Float32Array(count * size);
    for (let row = 0; row < count; row++) {
      data.set(rows.subarray(row * width + offset, row * width + offset + size), row * size);
    }
    feeds[name] = new Tensor('float32', data, [count, size]);
    offset += size;
  }
  const results = await session.run(feeds);
  await session.release();
  const floats = (name: (typeof OUTPUTS)[number]): Float32Array => {
    const data = results[name]?.data;
    if (data instanceof Float32Array) return data;
    throw new Error(`${file}: expected a float32 output ${name}, received ${results[name]?.type ?? 'none'}`);
  };
  return {
    logits: floats('logits'),
    risk_score: floats('risk_score'),
    attention_weights: floats('attention_weights'),
  };
}

function logitsAt(logits: Float32Array, row: number): [number, number] {
  return [logits[2 * row] ?? Number.NaN, logits[2 * row + 1] ?? Number.NaN];
}

function probability([genuine, fraud]: [number, number]): number {
  return 1 / (1 + Math.exp(genuine - fraud));
}

function difference(a: Float32Array, b: Float32Array, row: number): number {
  return Math.abs((a[row] ?? Number.NaN) - (b[row] ?? Number.NaN));
}

/** The larger of two; not a number if either is not, so that a NaN is never taken for agreement. */
function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b);
}
