import { channel } from 'node:diagnostics_channel';
import type { Alert } from '../../api/alerts.js';
import type { FraudScorerChannels } from '../../api/channels.js';
import type { ModelResult, ScoreResult } from '../../api/result.js';
import { type CallerContext, currentContext, inContext, outsideOfRequests } from '../../host/async-context.js';
import type { BatchEnd, BatchStart, BatchWatch, RequestEnd, RequestWatch } from './watcher.js';

type ChannelName = keyof FraudScorerChannels;

// Kept in variables, because Node.js drops a channel that nobody references. While nobody subscribes, `hasSubscribers` is a constant to the
// compiler.
const requests = channel('fraud-scorer:request' satisfies ChannelName);
const batches = channel('fraud-scorer:batch' satisfies ChannelName);
const decisions = channel('fraud-scorer:decision' satisfies ChannelName);
const alerts = channel('fraud-scorer:alert' satisfies ChannelName);

/** Whether anybody subscribes to requests. */
export function hearsOfRequests(): boolean {
  return requests.hasSubscribers || decisions.hasSubscribers;
}

/** Whether anybody subscribes to batches. */
export function hearsOfBatches(): boolean {
  return batches.hasSubscribers;
}

/** Publishes to the subscribers of `node:diagnostics_channel`. A message is created only if there is a subscriber. */
export class Channels {
  readonly #scorer: object;
  readonly #epochMs: () => number;

  /** @param scorer the scorer that the messages are about. */
  constructor(scorer: object, epochMs: () => number) {
    this.#scorer = scorer;
    this.#epochMs = epochMs;
  }

  /** A request has come. The message at its end is published in the current asynchronous context. */
  request(): RequestWatch {
    const context = currentContext();
    return { end: (end) => this.#tell(context, end) };
  }

  batch(start: BatchStart): BatchWatch {
    return { end: (end) => this.#tellOfBatch(start, end) };
  }

  alert(state: 'raised' | 'cleared', alert: Alert): void {
    if (!alerts.hasSubscribers) return;
    const message = { ...alert, state, scorer: this.#scorer } satisfies FraudScorerChannels['fraud-scorer:alert'];
    outsideOfRequests(() => alerts.publish(message));
  }

  #tell(context: CallerContext, end: RequestEnd): void {
    const { result } = end;
    const at = this.#epochMs();
    if (requests.hasSubscribers) {
      const { outcome, version, error, totalMs } = end;
      const { queueMs, inferenceMs, batchSize } = timingOf(result);
      const { source, decision } = result ?? { source: null, decision: null };
      const message = {
        ...{ scorer: this.#scorer, outcome, source, decision, version, error },
        ...{ totalMs, queueMs, inferenceMs, batchSize, at },
      } satisfies FraudScorerChannels['fraud-scorer:request'];
      inContext(context, () => requests.publish(message));
    }
    if (decisions.hasSubscribers && result !== null) {
      const { id, decision, fraudProbability, riskScore, source } = result;
      const { model } = end;
      const message: FraudScorerChannels['fraud-scorer:decision'] = {
        ...{ scorer: this.#scorer, decision, fraudProbability, riskScore, model, source, at },
      };
      if (id !== undefined) message.id = id;
      inContext(context, () => decisions.publish(message));
    }
  }

  #tellOfBatch(start: BatchStart, end: BatchEnd): void {
    if (!batches.hasSubscribers) return;
    const message = {
      ...{ scorer: this.#scorer, ...start, ...end },
      at: this.#epochMs(),
    } satisfies FraudScorerChannels['fraud-scorer:batch'];
    outsideOfRequests(() => batches.publish(message));
  }
}

type Times = { [Name in 'queueMs' | 'inferenceMs' | 'batchSize']: ModelResult['timing'][Name] | null };

function timingOf(result: ScoreResult | null): Times {
  return result?.source === 'model' ? result.timing : { queueMs: null, inferenceMs: null, batchSize: null };
}
