import PQueue from 'p-queue';
import type { DecisionPolicy } from '../api/policy.js';
import type { Explain } from '../api/request.js';
import type { ModelResult } from '../api/result.js';
import type { ExplanationsSummary } from '../api/summary.js';
import { type FaultReport, watched } from '../host/faults.js';
import type { ExplainReply, ExplainTask } from '../protocol/serving.js';
import { explainCodes, wantsReasons } from '../requests/explain-codes.js';
import type { FeatureRows } from '../requests/feature-rows.js';
import { type RequestTable, rowStates } from '../requests/request-table.js';
import { decidingScore, type FeatureName, reasonsOf } from './reasons.js';

/** Requests that may wait for their reasons; beyond it they are answered without. */
export const maxExplanations = 1_024;

export interface ExplanationsOptions {
  table: RequestTable;
  features: FeatureRows;
  /** What is explained where the request does not say. */
  explain: Explain;
  names: readonly FeatureName[];
  run: (task: ExplainTask) => Promise<ExplainReply>;
  /** A request that was held may be answered. */
  onExplained: (row: number) => void;
  onFailure: (reason: string) => void;
  onFault: FaultReport;
}

/**
 * Adds reasons to answers, off the hot path: one explanation is made at a time, beside the batches, and only for answers that
 * want one. It is an extra: where it can't be made, or not before the request's deadline, the answer goes out without.
 */
export class Explanations {
  readonly #options: ExplanationsOptions;
  /** What is explained where the request does not say. */
  readonly defaultCode: number;
  readonly #queue = new PQueue({ concurrency: 1 });
  /** The one that is being made, and how to go on without it. */
  #current: { row: number; skip: () => void } | null = null;
  #given = 0;
  #skipped = 0;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
    this.defaultCode = explainCodes.of(options.explain);
  }

  /** Those that could be given, and answers that wanted one and went out without. */
  get summary(): ExplanationsSummary {
    return { given: this.#given, skipped: this.#skipped };
  }

  /** Whether an answer has to wait for its reasons: `begin` must be called then. */
  wants(row: number, { decision }: ModelResult): boolean {
    const code = (this.#options.table.explain[row] as number) || this.defaultCode;
    if (!wantsReasons(code, decision)) return false;
    if (this.#queue.size + this.#queue.pending < maxExplanations) return true;
    this.#skipped += 1;
    return false;
  }

  /** @param row of the state `held`. @param policy that decided: it may change before the explanation's turn comes. */
  begin(row: number, result: ModelResult, policy: DecisionPolicy): void {
    const generation = this.#options.table.generation[row] as number;
    const of = decidingScore(result, policy);
    watched(
      this.#queue.add(() => this.#explain(row, generation, result, of)),
      this.#options.onFault,
    );
  }

  /** The row's request is settled without its reasons: those behind it are not to wait for them. */
  giveUp(row: number): void {
    if (this.#current?.row === row) this.#current.skip();
  }

  async #explain(row: number, generation: number, result: ModelResult, of: ExplainTask['of']): Promise<void> {
    const { names, run, onExplained, onFailure } = this.#options;
    const isHeld = (): boolean => this.#isHeld(row, generation);
    let isGiven = false;
    try {
      // One that was answered at its deadline meanwhile needs no reasons any more.
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

  /** What comes of one that is skipped is not heard. @returns null where it is skipped. */
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
