import { Random } from '../../../models/visa-fraud/generator/random.js';
import type { Decision, RiskLevel, ScoreRequest, ScoreResult } from '../../../src/index.js';
import { type MarkedKind, markers } from '../faults/fault-board.js';
import { type DirectModel, type DirectScores, readModel, runDirectly } from './direct-run.js';

/** A request and what the model has to say of it. */
export interface KnownRow extends DirectScores {
  readonly request: ScoreRequest;
  readonly decision: Decision;
  readonly riskLevel: RiskLevel;
}

/** Requests whose answers are known to the last bit; a run of any length uses them again and again. */
export class KnownRows {
  readonly model: DirectModel;
  readonly #rows: readonly KnownRow[];

  private constructor(model: DirectModel, rows: readonly KnownRow[]) {
    this.model = model;
    this.#rows = rows;
  }

  /** Drawn around the means of the training, wide enough that all three decisions occur, and run directly beforehand. */
  static async make(directory: string, count: number, seed: number): Promise<KnownRows> {
    const model = readModel(directory);
    const random = new Random(seed);
    const features = Array.from({ length: count }, () => drawRow(model, random));
    return KnownRows.#of(model, features);
  }

  static async #of(model: DirectModel, features: readonly Record<string, Float32Array>[]): Promise<KnownRows> {
    const scores = await runDirectly(model, features);
    const rows = scores.map((score, index) => ({ ...knownRow(score), request: { features: features[index] ?? {} } }));
    return new KnownRows(model, rows);
  }

  /** The first of these requests, with what the model of another directory has to say of them. */
  by(directory: string, count: number): Promise<KnownRows> {
    const features = this.#rows.slice(0, count).map(({ request }) => request.features as Record<string, Float32Array>);
    return KnownRows.#of(readModel(directory), features);
  }

  get length(): number {
    return this.#rows.length;
  }

  at(index: number): KnownRow {
    const row = this.#rows[index % this.#rows.length];
    if (row === undefined) throw new RangeError('no rows');
    return row;
  }

  draw(random: Random): KnownRow {
    return this.at(random.index(this.#rows.length));
  }

  /** A request with a row that does harm. */
  marked(kind: MarkedKind, random: Random): ScoreRequest {
    const { features } = this.draw(random).request;
    const [first] = this.model.inputs;
    const values = first === undefined ? undefined : features[first.name];
    if (first === undefined || !(values instanceof Float32Array)) throw new Error('the model has no inputs');
    const changed = Float32Array.from(values);
    changed[0] = markers[kind];
    return { features: { ...features, [first.name]: changed } };
  }
}

/** Whether a result is the row's own, to the last bit. */
export function isAnswerOf(row: KnownRow, result: ScoreResult): boolean {
  return (
    result.source === 'model' &&
    Object.is(result.fraudProbability, row.fraudProbability) &&
    Object.is(result.riskScore, row.riskScore) &&
    result.decision === row.decision &&
    result.riskLevel === row.riskLevel
  );
}

function drawRow({ inputs }: DirectModel, random: Random): Record<string, Float32Array> {
  const entries = inputs.map(({ name, size, mean, std }): [string, Float32Array] => {
    return [
      name,
      Float32Array.from({ length: size }, (_, column) =>
        random.normal(mean?.[column] ?? 0, 1.5 * (std?.[column] ?? 1)),
      ),
    ];
  });
  return Object.fromEntries(entries);
}

const above = (value: number, threshold: number): boolean => value > Math.fround(threshold);

function knownRow(scores: DirectScores): Omit<KnownRow, 'request'> {
  const { riskScore } = scores;
  const riskLevel = above(riskScore, 0.7) ? 'HIGH' : above(riskScore, 0.3) ? 'MEDIUM' : 'LOW';
  return { ...scores, decision: decisionOf(scores), riskLevel };
}

/** The contract's rules, written a second time: an oracle must not ask the one it judges. */
export function decisionOf({ fraudProbability, riskScore }: DirectScores, blockProbability = 0.8): Decision {
  if (above(fraudProbability, blockProbability) || above(riskScore, 0.9)) return 'BLOCK';
  return above(fraudProbability, 0.5) || above(riskScore, 0.5) ? 'REVIEW' : 'APPROVE';
}
