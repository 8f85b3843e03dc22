import type { Decide, DecisionPolicy } from '../api/policy.js';
import type { Provider } from '../api/provider.js';
import type { Decision, ModelIdentity, ModelResult, RiskLevel } from '../api/result.js';
import { type FraudScorerError, InferenceError } from '../errors.js';
import { inContext } from '../host/async-context.js';
import type { FaultReport } from '../host/faults.js';
import type { DriftWatch } from '../monitoring/drift/drift-watch.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import { isProbability, outOfRange, outputsPerRow, readAttention } from '../protocol/outputs.js';
import type { VersionLog } from '../records/host/version-log.js';
import { explainCodes } from '../requests/explain-codes.js';
import { type RequestTable, rowStates } from '../requests/request-table.js';
import type { Landed } from '../scheduling/flights.js';
import type { Lane } from '../scheduling/lanes.js';
import type { Explanations } from './explanations.js';
import { hostDecision } from './host-decision.js';
import { decide, riskLevel } from './policy.js';
import type { Settler } from './settler.js';

export interface AnswersOptions {
  table: RequestTable;
  model: ModelIdentity;
  maxBatchSize: number;
  /** Columns of the attention output; 0 if the model has none. Known once a worker is ready. */
  workers: { readonly attentionWidth: number };
  /** The thresholds, rounded to float32 as the scores are. They may change at any time. */
  policy: { readonly rounded: DecisionPolicy };
  /** The host's function `decide`; undefined if there is none. */
  decide: Decide | undefined;
  onDecideFailure: (reason: string) => void;
  explanations: Explanations;
  /** Samples the rows; null if drift is not measured. */
  drift: DriftWatch | null;
  /** Takes decisions to where they are recorded. */
  log: Pick<VersionLog, 'isActive' | 'begin' | 'add' | 'end' | 'hold' | 'answerHeld'>;
  stats: VersionStats;
  settler: Settler;
  onFault: FaultReport;
}

/** Processes a version's landed batches: decides, explains if wanted, settles the request and records it. */
export class Answers {
  readonly #options: AnswersOptions;
  /** When each request of the current batch was enqueued. */
  readonly #enqueued: Float64Array;

  constructor(options: AnswersOptions) {
    this.#options = options;
    this.#enqueued = new Float64Array(options.maxBatchSize);
  }

  /** @param answeredAt time on the monotonic clock, in ms. */
  answer(landed: readonly Landed[], answeredAt: number): void {
    for (const { lane, reply } of landed) {
      this.#options.stats.recordBatch(lane.count, reply.inferenceMs);
      this.#answerBatch(lane, reply.inferenceMs, reply.provider, answeredAt);
    }
  }

  #answerBatch(lane: Lane, inferenceMs: number, provider: Provider, answeredAt: number): void {
    const { table, explanations, drift, stats, settler } = this.#options;
    const { rows, generations, count } = lane;
    // Do this before any request is settled: after that, the rows' memory goes to other requests.
    if (drift !== null) drift.sample(lane, table, answeredAt);
    const log = this.#options.log.isActive ? this.#options.log : null;
    log?.begin();
    const asks = this.#options.decide !== undefined;
    const enqueued = this.#enqueued;
    let answered = 0;
    for (let place = 0; place < count; place += 1) {
      const row = rows[place] as number;
      // A request that was settled early has released its row.
      if (table.generation[row] !== generations[place] || table.state[row] !== rowStates.running) continue;
      let result: ModelResult;
      // The host's code that gets one answer may change this for the next answer.
      const policy = this.#options.policy.rounded;
      try {
        result = this.#decide(lane, place, row, policy, inferenceMs, provider, answeredAt);
      } catch (error) {
        // A failure in one request must not affect the others.
        const failure = new InferenceError("The request's answer could not be made", { cause: error });
        this.#fail(row, error instanceof InferenceError ? error : failure);
        continue;
      }
      // The host's function may have settled its own request, for example by an abort.
      if (asks && !table.isCurrent(row, generations[place] as number)) continue;
      // Most hosts want no reasons.
      const explain = (table.explain[row] as number) || explanations.defaultCode;
      if (explain > explainCodes.never && explanations.wants(row, result)) {
        table.state[row] = rowStates.held;
        table.result[row] = result;
        log?.hold(row, place, policy, lane, inferenceMs, provider);
        explanations.begin(row, result, policy);
      } else {
        enqueued[answered] = table.enqueuedAt[row] as number;
        answered += 1;
        if (asks || settler.tellsHost) {
          // The host's code may read the summary, so it must be up to date.
          stats.recordTimes(enqueued, answered, lane.sentAt, answeredAt);
          answered = 0;
        }
        log?.add(row, place, result, policy, lane, inferenceMs);
        this.#settle(row, result);
      }
    }
    log?.end(lane, inferenceMs, provider);
    stats.recordTimes(enqueued, answered, lane.sentAt, answeredAt);
  }

  /**
   * Turns the model's scores into a result.
   *
   * @throws {InferenceError} if a score is not a probability. A score that is not a number must never become a decision.
   */
  #decide(
    { outputs, attention: weights, sentAt, count: batchSize }: Lane,
    place: number,
    row: number,
    policy: DecisionPolicy,
    inferenceMs: number,
    provider: Provider,
    answeredAt: number,
  ): ModelResult {
    const { table, model } = this.#options;
    const fraudProbability = outputs[place * outputsPerRow] as number;
    const riskScore = outputs[place * outputsPerRow + 1] as number;
    if (!isProbability(fraudProbability)) throw outOfRange('fraudProbability');
    if (!isProbability(riskScore)) throw outOfRange('riskScore');
    const attention = readAttention(weights, place, this.#options.workers.attentionWidth);
    const enqueuedAt = table.enqueuedAt[row] as number;
    const timing = { queueMs: sentAt - enqueuedAt, inferenceMs, totalMs: answeredAt - enqueuedAt, batchSize };
    const source = 'model';
    const byPolicy = decide(fraudProbability, riskScore, policy);
    const level = riskLevel(riskScore, policy);
    const byHost =
      this.#options.decide === undefined ? null : this.#ask(row, fraudProbability, riskScore, level, byPolicy);
    const decision = byHost ?? byPolicy;
    const decidedBy = byHost === null ? 'policy' : 'host';
    const id = table.id[row];
    // Four literals, because V8 moves an object to slower memory if a field is added later.
    if (attention === null) {
      return id === undefined
        ? { source, decision, decidedBy, fraudProbability, riskScore, riskLevel: level, model, provider, timing }
        : { source, id, decision, decidedBy, fraudProbability, riskScore, riskLevel: level, model, provider, timing };
    }
    return id === undefined
      ? {
          source,
          decision,
          decidedBy,
          fraudProbability,
          riskScore,
          riskLevel: level,
          attention,
          model,
          provider,
          timing,
        }
      : {
          source,
          id,
          decision,
          decidedBy,
          fraudProbability,
          riskScore,
          riskLevel: level,
          attention,
          model,
          provider,
          timing,
        };
  }

  /** Asks the host's function `decide` in the caller's asynchronous context. Returns null if it leaves the decision to the policy. */
  #ask(
    row: number,
    fraudProbability: number,
    riskScore: number,
    riskLevel: RiskLevel,
    decision: Decision,
  ): Decision | null {
    const { table, model, decide, onDecideFailure } = this.#options;
    const request = table.request[row] ?? null;
    if (decide === undefined || request === null) return null;
    const scores = { fraudProbability, riskScore, riskLevel, decision, model };
    return inContext(table.context[row] ?? null, () => hostDecision(decide, scores, request, onDecideFailure));
  }

  /** Answers a request that was held for its reasons. @param answeredAt time on the monotonic clock, in ms. */
  answerHeld(row: number, answeredAt: number): void {
    const { table, stats, log } = this.#options;
    const result = table.result[row] ?? null;
    if (result === null) throw new Error('a row was held without a result');
    const enqueuedAt = table.enqueuedAt[row] as number;
    result.timing.totalMs = answeredAt - enqueuedAt;
    this.#enqueued[0] = enqueuedAt;
    stats.recordTimes(this.#enqueued, 1, enqueuedAt + result.timing.queueMs, answeredAt);
    log.answerHeld(row, result);
    this.#settle(row, result);
  }

  #settle(row: number, result: ModelResult): void {
    const { table, stats, settler, onFault } = this.#options;
    try {
      stats.recordAnswer(result.decision, result.riskLevel, result.id, result, table.amount, row);
      settler.answer(row, result);
    } catch (error) {
      // The other requests are answered all the same.
      onFault(error);
    }
  }

  #fail(row: number, error: FraudScorerError): void {
    const { settler, model, stats } = this.#options;
    settler.fail(row, error, model, stats);
  }
}
