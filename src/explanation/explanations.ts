import PQueue from 'p-queue';
import { type FaultReport, watched } from '../faults.js';
import type { ExplainReply, ExplainTask } from '../pool/protocol.js';
import type { PendingRequest } from '../request/pending-request.js';
import type { DecisionPolicy, Explain, ExplanationsSummary, ModelResult } from '../types.js';
import { decidingScore, type FeatureName, reasonsOf } from './reasons.js';

/** Requests that may wait for their reasons; beyond it they are answered without. */
export const maxExplanations = 1_024;

export interface ExplanationsOptions {
  /** What is explained where the request does not say. */
  explain: Explain;
  names: readonly FeatureName[];
  policy: () => DecisionPolicy;
  run: (task: ExplainTask) => Promise<ExplainReply>;
  /** The request may be answered, unless it has been already. */
  onExplained: (request: PendingRequest) => void;
  onFailure: (reason: string) => void;
  onFault: FaultReport;
}

/**
 * Adds reasons to answers, off the hot path: one explanation is made at a time, beside the batches, and only for answers that
 * want one. It is an extra: where it can't be made, or not before the request's deadline, the answer goes out without.
 */
export class Explanations {
  readonly #options: ExplanationsOptions;
  readonly #lane = new PQueue({ concurrency: 1 });
  /** The one that is being made, and how to go on without it. */
  #current: { request: PendingRequest; skip: () => void } | null = null;
  #given = 0;
  #skipped = 0;

  constructor(options: ExplanationsOptions) {
    this.#options = options;
  }

  /** Those that could be given, and answers that wanted one and went out without. */
  get summary(): ExplanationsSummary {
    return { given: this.#given, skipped: this.#skipped };
  }

  /** @returns whether the answer has to wait: `onExplained` is called for it, and until then its slot must be kept. */
  begin(request: PendingRequest, result: ModelResult): boolean {
    if (!wants(request.explain ?? this.#options.explain, result)) return false;
    if (this.#lane.size + this.#lane.pending >= maxExplanations) {
      this.#skipped += 1;
      return false;
    }
    // The policy may change before its turn comes; the reasons are of the score that decided.
    const of = decidingScore(result, this.#options.policy());
    watched(
      this.#lane.add(() => this.#explain(request, result, of)),
      this.#options.onFault,
    );
    return true;
  }

  /** The request was settled without its reasons: those behind it are not to wait for them. */
  giveUp(request: PendingRequest): void {
    if (this.#current?.request === request) this.#current.skip();
  }

  async #explain(request: PendingRequest, result: ModelResult, of: ExplainTask['of']): Promise<void> {
    const { names, run, onExplained, onFailure } = this.#options;
    let isGiven = false;
    try {
      // One that was answered at its deadline meanwhile needs no reasons any more.
      if (isOpen(request)) {
        const reply = await this.#orSkipped(request, run({ kind: 'explain', slot: request.slot, of }));
        if (reply !== null && 'error' in reply) {
          onFailure(reply.error);
        } else if (reply !== null && isOpen(request)) {
          result.reasons = reasonsOf(reply.contributions, names);
          isGiven = true;
        }
      }
    } catch (error) {
      onFailure(error instanceof Error ? error.message : 'the worker was lost');
    }
    if (isGiven) this.#given += 1;
    else this.#skipped += 1;
    onExplained(request);
  }

  /**
   * What comes of one that is skipped is not heard. Until it is over the worker may read the slot, whoever has it by then; it writes nothing.
   *
   * @returns null where it is skipped.
   */
  async #orSkipped(request: PendingRequest, reply: Promise<ExplainReply>): Promise<ExplainReply | null> {
    const skipped = new Promise<null>((resolve) => {
      this.#current = { request, skip: () => resolve(null) };
    });
    try {
      return await Promise.race([reply, skipped]);
    } finally {
      this.#current = null;
    }
  }
}

function wants(explain: Explain, { decision }: ModelResult): boolean {
  if (typeof explain === 'boolean') return explain;
  return decision === 'BLOCK' || (explain === 'review' && decision === 'REVIEW');
}

/** Its caller has no answer yet: one that was given must not change any more. */
function isOpen({ state }: PendingRequest): boolean {
  return state !== 'settled';
}
