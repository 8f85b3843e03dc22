import PQueue from 'p-queue';
import type { DecisionPolicy } from '../api/policy.js';
import type { Explain } from '../api/request.js';
import type { ModelResult } from '../api/result.js';
import type { ExplanationsSummary } from '../api/summary.js';
import { type FaultReport, watched } from '../host/faults.js';
import type { FeatureName } from '../protocol/feature-names.js';
import type { ExplainReply, ExplainTask } from '../protocol/serving.js';
import { explainCodes, wantsReasons } from '../requests/explain-codes.js';
import type { FeatureRows } from '../requests/feature-rows.js';
import { type RequestTable, rowStates } from '../requests/request-table.js';
import { decidingScore, reasonsOf } from './reasons.js';

/** The most requests that may wait for reasons. Further requests are answered without reasons. */
export const maxExplanations = 1_024;

export interface ExplanationsOptions {
  table: RequestTable;
  features: FeatureRows;
  /** The default for requests that do not say. */
  explain: Explain;
  names: readonly FeatureName[];
  run: (task: ExplainTask) => Promise<ExplainReply>;
  /** Called when a held request can be answered. */
  onExplained: (row: number) => void;
  onFailure: (reason: string) => void;
  onFault: FaultReport;
}

/**
 * Adds reasons to answers, off the hot path. It makes one explanation at a time, beside the batches, and only for answers that want one. If
 * it fails, or is not ready before the request's deadline, the answer goes out without reasons.
 */
export class Explanations {
  readonly #options: ExplanationsOptions;
  /** The default for requests that do not say. */
  readonly defaultCode: number;
  readonly #queue = new PQueue({ concurrency: 1 });
  /** The explanation in progress. `skip` stops waiting for it. */
  #current: { row: number; skip: () => void } | null = null;
  #given = 0;
  #skipped = 0;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
    this.defaultCode = explainCodes.of(options.explain);
  }

  /** Explanations that were given, and answers that wanted reasons and went out without. */
  get summary(): ExplanationsSummary {
    return { given: this.#given, skipped: this.#skipped };
  }

  /** Whether the answer must wait for its reasons. If so, call `begin`. */
  wants(row: number, { decision }: ModelResult): boolean {
    const code = (this.#options.table.explain[row] as number) || this.defaultCode;
    if (!wantsReasons(code, decision)) return false;
    if (this.#queue.size + this.#queue.pending < maxExplanations) return true;
    this.#skipped += 1;
    return false;
  }

  /** @param row in the state `held`. @param policy the policy that decided. It may change before this explanation starts. */
  begin(row: number, result: ModelResult, policy: DecisionPolicy): void {
    const generation = this.#options.table.generation[row] as number;
    const of = decidingScore(result, policy);
    watched(
      this.#queue.add(() => this.#explain(row, generation, result, of)),
      this.#options.onFault,
    );
  }

  /** The request was settled without reasons. Stops its explanation, so that the next ones do not wait for it. */
  giveUp(row: number): void {
    if (this.#current?.row === row) this.#current.skip();
  }

  async #explain(row: number, generation: number, result: ModelResult, of: ExplainTask['of']): Promise<void> {
    const { names, run, onExplained, onFailure } = this.#options;
    const isHeld = (): boolean => this.#isHeld(row, generation);
    let isGiven = false;
    try {
      // The request was answered at its deadline and needs no reasons any more.
      if (isHeld()) {
        const reply = await this.#orSkipped(row, run({ kind: 'explain', features: this.#featuresOf(row), of }));
        if (reply !== null && 'error' in reply) {
          onFailure(reply.error);
        } else if (reply !== null && isHeld()) {
          result.reasons = reasonsOf(reply.contributions, names);
          isGiven = true;
        }
      }
    } catch (error) {
      onFailure(error instanceof Error ? error.message : 'the worker was lost');
    }
    if (isGiven) this.#given += 1;
    else this.#skipped += 1;
    if (isHeld()) onExplained(row);
  }

  /** @returns the explanation, or null if it was skipped. The result of a skipped explanation is ignored. */
  async #orSkipped(row: number, reply: Promise<ExplainReply>): Promise<ExplainReply | null> {
    const skipped = new Promise<null>((resolve) => {
      this.#current = { row, skip: () => resolve(null) };
    });
    try {
      return await Promise.race([reply, skipped]);
    } finally {
      this.#current = null;
    }
  }

  #featuresOf(row: number): Float32Array {
    const { floats, layout } = this.#options.features;
    const start = this.#options.features.start(row);
    return floats.slice(start, start + layout.size);
  }

  #isHeld(row: number, generation: number): boolean {
    const { table } = this.#options;
    return table.isCurrent(row, generation) && table.state[row] === rowStates.held;
  }
}
