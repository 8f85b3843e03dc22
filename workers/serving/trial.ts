import { isOutOfMemory } from '../../src/host/shortage.js';
import { rowLayoutOf } from '../../src/protocol/row-layout.js';
import type { InputSpec, ModelSpec, TrialReport } from '../../src/protocol/serving.js';
import { isDeviceFailure, sessionFailure } from '../providers/session-failure.js';
import type { ModelSession } from '../thread/model-session.js';
import { type RowScores, rowScoresOf } from './row-scores.js';
import { newRunBuffers, type RunBuffers } from './run-buffers.js';
import { judgeTrial } from './trial-findings.js';
import { type TrialRows, trialRows } from './trial-rows.js';
import type { Company, TargetScores } from './trial-run.js';

/** Rows of `cases.json` that are run together. */
const chunk = 256;

/** The most targets that are also tried with a single other row. */
const maxPairs = 8;

/**
 * Runs synthetic rows and checks whether the scores are valid, and whether a row's score depends on the other rows in its batch. Rows on
 * which the runtime fails are left out, because the model may not be made for them.
 *
 * @param plausible raw features of rows that the model may meet, row after row.
 * @param cases raw features of the rows of `cases.json`; may be empty.
 * @throws {Error} if the device fails, or memory runs out.
 */
export async function tryRows(
  model: Pick<ModelSession, 'infer'>,
  { inputs, outputs }: ModelSpec,
  plausible: Float32Array,
  cases: Float32Array,
): Promise<TrialReport> {
  const rows = trialRows(inputs, plausible);
  const runner = new Runner(model, inputs, rows.features, Math.max(rows.plausible.length, 2 * rows.targets.length));
  const scores = await runner.scoresOf(rows.plausible);
  const targets = await alone(runner, rows);
  const companies: Company[] = [];
  // Runs of the same size differ only in the other rows.
  for (const size of [2, 2 * targets.length]) {
    const compared = size === 2 ? targets.slice(0, maxPairs) : targets;
    for (const kind of ['others', 'loud', 'zeros'] as const) {
      const companions = companionsOf(kind, compared, rows);
      companies.push({ kind, size, scores: await inCompany(runner, compared, companions, size) });
    }
  }
  const others = companionsOf('others', targets, rows);
  const again = await inCompany(runner, targets, others, 2 * targets.length);
  const { failure } = runner;
  const { haveGaps } = rows;
  const ofCases = await scoresOfCases(model, inputs, cases);
  const findings = judgeTrial(
    { plausible: scores, haveGaps, targets, companies, again, cases: ofCases, failure },
    outputs,
  );
  return { ...findings, cases: ofCases.map(scoresAlone) };
}

function scoresAlone(row: RowScores | null): TrialReport['cases'][number] {
  return row === null ? null : { fraudProbability: row.fraudProbability, riskScore: row.riskScore };
}

/** In chunks, because there may be many. */
async function scoresOfCases(
  model: Pick<ModelSession, 'infer'>,
  inputs: readonly InputSpec[],
  cases: Float32Array,
): Promise<(RowScores | null)[]> {
  const count = cases.length / rowLayoutOf(inputs).size;
  if (count === 0) return [];
  const runner = new Runner(model, inputs, cases, Math.min(count, chunk));
  const scores: (RowScores | null)[] = [];
  for (let first = 0; first < count; first += chunk) {
    const rows = Array.from({ length: Math.min(chunk, count - first) }, (_, row) => first + row);
    scores.push(...(await runner.scoresOf(rows)));
  }
  return scores;
}

/** A target and its score when it runs alone. */
interface Target extends TargetScores {
  row: number;
}

/** The targets that can be run, each alone. */
async function alone(runner: Runner, rows: TrialRows): Promise<Target[]> {
  const targets: Target[] = [];
  for (const row of rows.targets) {
    const [scores] = (await runner.run([row])) ?? [];
    if (scores !== undefined) targets.push({ row, isPlausible: row < rows.plausible.length, alone: scores });
  }
  return targets;
}

/** The rows that run next to each target. */
function companionsOf(kind: Company['kind'], targets: readonly Target[], { loud, zeros }: TrialRows): number[] {
  return targets.map((_, index) => {
    if (kind === 'loud') return loud[index % loud.length] ?? zeros;
    return kind === 'zeros' ? zeros : (targets[targets.length - 1 - index]?.row ?? zeros);
  });
}

/** The scores of the targets, each followed by its companion, in batches of `size` rows; null if the runtime failed. */
async function inCompany(
  runner: Runner,
  targets: readonly Target[],
  companions: readonly number[],
  size: number,
): Promise<RowScores[] | null> {
  const batch = targets.flatMap(({ row }, index) => [row, companions[index] ?? row]);
  const all: RowScores[] = [];
  for (let first = 0; first < batch.length; first += size) {
    const scores = await runner.run(batch.slice(first, first + size));
    if (scores === null) return null;
    all.push(...scores);
  }
  return all.filter((_, index) => index % 2 === 0);
}

/** Runs rows of a trial in the same way as batches of requests. */
class Runner {
  /** The runtime's message of its first failure; null if it never failed. */
  failure: string | null = null;
  readonly #model: Pick<ModelSession, 'infer'>;
  readonly #features: Float32Array;
  readonly #buffers: RunBuffers;

  /** @param features raw features, row after row. @param maxRows the most rows per run. */
  constructor(
    model: Pick<ModelSession, 'infer'>,
    inputs: readonly InputSpec[],
    features: Float32Array,
    maxRows: number,
  ) {
    this.#model = model;
    this.#features = features;
    this.#buffers = newRunBuffers(inputs, maxRows);
  }

  /** Runs the rows in one batch, or each alone if that fails; null for rows that fail alone too. */
  async scoresOf(rows: readonly number[]): Promise<(RowScores | null)[]> {
    const together = await this.run(rows);
    if (together !== null) return together;
    const scores: (RowScores | null)[] = [];
    for (const row of rows) scores.push((await this.run([row]))?.[0] ?? null);
    return scores;
  }

  /** @returns null if the runtime failed. */
  async run(rows: readonly number[]): Promise<RowScores[] | null> {
    this.#buffers.gather(this.#features, Int32Array.from(rows));
    try {
      return rowScoresOf(await this.#model.infer(this.#buffers.inputs, rows.length), rows.length);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (isDeviceFailure(message) || isOutOfMemory(message)) throw error;
      this.failure ??= sessionFailure(error);
      return null;
    }
  }
}
