import type { DecisionPolicy } from '../api/policy.js';
import type { Provider } from '../api/provider.js';
import type { ModelIdentity, ModelResult } from '../api/result.js';
import { type FraudScorerError, InferenceError } from '../errors.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import { outputsPerRow } from '../protocol/serving.js';
import { softmaxOfTwo } from '../protocol/softmax.js';
import { type RequestTable, rowStates } from '../requests/request-table.js';
import type { Landed } from '../scheduling/flights.js';
import type { Lane } from '../scheduling/lanes.js';
import { readAttention } from './attention.js';
import type { Explanations } from './explanations.js';
import { decide, riskLevel } from './policy.js';
import { isProbability } from './probability.js';
import { type OutputForm, outsideMessage } from './scores.js';
import type { Settler } from './settler.js';

export interface AnswersOptions {
  table: RequestTable;
  model: ModelIdentity;
  form: OutputForm;
  /** Columns of the attention output; 0 where there is none. Known once a worker is ready. */
  attentionWidth: () => number;
  /** As scores are compared with it: rounded to float32. */
  policy: () => DecisionPolicy;
  explanations: Explanations;
  stats: VersionStats;
  settler: Settler;
}

/** Takes one version's landed batches through decide → explain, if wanted → settle → record. */
export class Answers {
  readonly #options: AnswersOptions;

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** @param answeredAt on the monotonic clock, in ms. */
  answer(landed: readonly Landed[], answeredAt: number): void {
    for (const { lane, reply } of landed) {
      this.#options.stats.recordBatch(lane.count, reply.inferenceMs);
      this.#answerBatch(lane, reply.inferenceMs, reply.provider, answeredAt);
    }
  }

  #answerBatch(lane: Lane, inferenceMs: number, provider: Provider, answeredAt: number): void {
    const { table, explanations } = this.#options;
    const { rows, generations, count } = lane;
    const policy = this.#options.policy();
    const attentionWidth = this.#options.attentionWidth();
    for (let place = 0; place < count; place += 1) {
      const row = rows[place] as number;
      // One that was settled early has let go of its row.
      if (table.generation[row] !== generations[place] || table.state[row] !== rowStates.running) continue;
      let result: ModelResult;
      try {
        result = this.#decide(lane, place, row, policy, inferenceMs, provider, answeredAt);
        const attention = readAttention(lane.attention, place, attentionWidth);
        if (attention !== null) result.attention = attention;
      } catch (error) {
        // One request's trouble is not its neighbours'.
        const failure = new InferenceError("The request's answer could not be made", { cause: error });
        this.#fail(row, error instanceof InferenceError ? error : failure);
        continue;
      }
      if (explanations.wants(row, result)) {
        table.state[row] = rowStates.held;
        table.result[row] = result;
        explanations.begin(row, result, policy);
      } else {
        this.#record(row, result);
      }
    }
  }

  /**
   * What the model's scores come to.
   *
   * @throws {InferenceError} where they are no probabilities: a score that is not a number must never become a decision.
   */
  #decide(
    { outputs, sentAt, count }: Lane,
    place: number,
    row: number,
    policy: DecisionPolicy,
    inferenceMs: number,
    provider: Provider,
    answeredAt: number,
  ): ModelResult {
    const { form, table, model } = this.#options;
    const at = place * outputsPerRow;
    const first = outputs[at] as number;
    const fraudProbability = form.logits ? Math.fround(softmaxOfTwo(first, outputs[at + 1] as number)) : first;
    const riskScore = form.riskScore ? (outputs[at + 2] as number) : fraudProbability;
    if (!isProbability(fraudProbability)) throw new InferenceError(outsideMessage('fraud probability'));
    if (!isProbability(riskScore)) throw new InferenceError(outsideMessage('risk score'));
    const enqueuedAt = table.enqueuedAt[row] as number;
    const result: ModelResult = {
      source: 'model',
      decision: decide(fraudProbability, riskScore, policy),
      fraudProbability,
      riskScore,
      riskLevel: riskLevel(riskScore, policy),
      model,
      provider,
      timing: { queueMs: sentAt - enqueuedAt, inferenceMs, totalMs: answeredAt - enqueuedAt, batchSize: count },
    };
    const id = table.id[row];
    if (id !== undefined) result.id = id;
    return result;
  }

  /** A request whose answer was held for its reasons. @param answeredAt on the monotonic clock, in ms. */
  answerHeld(row: number, answeredAt: number): void {
    const { table } = this.#options;
    const result = table.result[row] ?? null;
    if (result === null) throw new Error('a row was held without a result');
    result.timing.totalMs = answeredAt - (table.enqueuedAt[row] as number);
    this.#record(row, result);
  }

  #record(row: number, result: ModelResult): void {
    const { stats, settler } = this.#options;
    const { timing, decision, riskLevel: level, id } = result;
    stats.recordAnswer(timing.totalMs, timing.queueMs, decision, level, id);
    settler.answer(row, result);
  }

  #fail(row: number, error: FraudScorerError): void {
    const { settler, model, stats } = this.#options;
    settler.fail(row, error, model, stats);
  }
}
