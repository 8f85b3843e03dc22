import { scoreFormOf } from '../../src/protocol/output-forms.js';
import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import type { ModelFile } from '../../src/protocol/serving.js';
import type { CompareTask, Comparison, OutputDifferences, PairTiming } from '../../src/protocol/tools.js';
import { openSession } from '../providers/providers.js';
import { newRunBuffers, type RunBuffers } from '../serving/run-buffers.js';
import { bytesOf } from '../thread/model-bytes.js';
import { type InputBuffers, ModelSession } from '../thread/model-session.js';

/** Rows per run of the verification. */
const verificationBatch = 256;

/** Runs before the timed ones, at each batch size. */
const warmUpRuns = 5;

/**
 * Runs two graphs of the same manifest on the same rows, and reports their differences. Then times them alternately.
 *
 * @throws {Error} if a graph cannot be loaded or run.
 */
export async function compare(task: CompareTask): Promise<Comparison> {
  const original = await load(task, task.original);
  const optimized = await load(task, task.optimized);
  const rowSize = rowLayoutOf(task.spec.inputs).size;
  const rows = task.rows.length / rowSize;
  const differences = await verify(original.model, optimized.model, task, rows);
  const timings: PairTiming[] = [];
  for (const batchSize of task.batchSizes) {
    const { inputs } = gathered(task, batchSize, (row) => row % rows);
    timings.push(await time(original.model, optimized.model, inputs, batchSize, task.runs));
  }
  return { differences, timings, loadMs: { original: original.loadMs, optimized: optimized.loadMs } };
}

async function load({ spec }: CompareTask, file: ModelFile): Promise<{ model: ModelSession; loadMs: number }> {
  const bytes = bytesOf(file);
  const start = performance.now();
  const { result } = await openSession(bytes, ['cpu'], 0, async (session) => {
    const loadMs = performance.now() - start;
    return { model: await ModelSession.warmedUp(session, spec, 1), loadMs };
  });
  return result;
}

/** @param place returns the row number of the task for each row. */
function gathered({ spec, rows }: CompareTask, count: number, place: (row: number) => number): RunBuffers {
  const buffers = newRunBuffers(spec.inputs, count);
  buffers.gather(
    rows,
    Int32Array.from({ length: count }, (_, row) => place(row)),
  );
  return buffers;
}

async function verify(a: ModelSession, b: ModelSession, task: CompareTask, rows: number): Promise<OutputDifferences> {
  const largest: OutputDifferences = { fraudProbability: 0, riskScore: null, logits: null, attention: null };
  const form = scoreFormOf(task.spec.outputs);
  const hasLogits = form === 'logits' || form === 'logit';
  for (let first = 0; first < rows; first += verificationBatch) {
    const count = Math.min(verificationBatch, rows - first);
    const { inputs } = gathered(task, count, (row) => first + row);
    const [left, right] = [await a.infer(inputs, count), await b.infer(inputs, count)];
    const probability = largestDifference(left.probability, right.probability, false);
    largest.fraudProbability = Math.max(largest.fraudProbability, probability ?? 0);
    largest.riskScore = larger(largest.riskScore, largestDifference(left.riskScore, right.riskScore, false));
    if (hasLogits) largest.logits = larger(largest.logits, largestDifference(left.raw, right.raw, true));
    largest.attention = larger(largest.attention, largestDifference(left.attention, right.attention, false));
  }
  return largest;
}

/** Infinite if only one of the two is a number. */
function largestDifference(
  a: ArrayLike<number> | null,
  b: ArrayLike<number> | null,
  isRelative: boolean,
): number | null {
  if (a === null || b === null) return null;
  let largest = 0;
  for (let index = 0; index < a.length; index += 1) {
    const [left, right] = [a[index] ?? Number.NaN, b[index] ?? Number.NaN];
    if (Object.is(left, right)) continue;
    const difference = Math.abs(left - right) / (isRelative ? Math.max(1, Math.abs(left)) : 1);
    largest = Math.max(largest, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }
  return largest;
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}

async function time(
  original: ModelSession,
  optimized: ModelSession,
  buffers: InputBuffers,
  batchSize: number,
  runs: number,
): Promise<PairTiming> {
  const originalMs: number[] = [];
  const optimizedMs: number[] = [];
  for (let run = -warmUpRuns; run < runs; run += 1) {
    // Alternately, so that other load on the machine affects both.
    const pair = [await timed(original, buffers, batchSize), await timed(optimized, buffers, batchSize)] as const;
    if (run < 0) continue;
    originalMs.push(pair[0]);
    optimizedMs.push(pair[1]);
  }
  return { batchSize, originalMs: median(originalMs), optimizedMs: median(optimizedMs) };
}

async function timed(model: ModelSession, buffers: InputBuffers, rows: number): Promise<number> {
  const start = performance.now();
  await model.infer(buffers, rows);
  return performance.now() - start;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
