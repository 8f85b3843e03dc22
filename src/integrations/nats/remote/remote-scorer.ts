import type { NatsConnection } from '@nats-io/transport-node';
import type { Health } from '../../../api/health.js';
import type {
  FeatureMap,
  FeatureMapOf,
  ManyRequests,
  ManyRequestsFor,
  RequestFor,
  ScoreOptions,
  ScoreRequest,
} from '../../../api/request.js';
import type { ScoreOutcome, ScoreResult } from '../../../api/result.js';
import type { CloseOptions, CloseReport, Scorer } from '../../../api/scorer.js';
import type { Summary } from '../../../api/summary.js';
import { outsideOfRequests } from '../../../host/async-context.js';
import { asyncDispose } from '../../../host/async-dispose.js';
import { closedReason } from '../../../monitoring/health.js';
import { readCloseOptions } from '../../../requests/close-options.js';
import { scoreMany } from '../../../requests/score-many.js';
import { isAborted, readScoreOptions } from '../../../requests/score-options.js';
import { requireConnection } from '../fields.js';
import { type RemoteScorerOptions, readRemoteOptions } from './remote-options.js';
import { partsOf, type RemoteParts } from './remote-parts.js';

/** How long `connect` waits for the first node, in ms. */
const firstNodeMs = 1_000;

/** The share of `maxOutstanding` at which a host should begin to reduce load. */
const crowdedShare = 0.8;

/**
 * Scores with the nodes of a fleet, over NATS. It has the methods of `Scorer`, so a host that uses a `FraudScorer` changes one line. Requests of
 * one turn of the event loop go in one message; under load many do. Each goes to the node with the least to do.
 *
 * A request that is sent again, because its node is gone or slow, may be scored by two nodes. Its caller gets one answer.
 *
 * @example
 * const connection = await connect({ servers: 'nats://127.0.0.1:4222' });
 * await using scorer = await RemoteScorer.connect(connection);
 * const { decision } = await scorer.score({ id: 'tx-1', features });
 *
 * @typeParam Known the type of the model's features, as for `FraudScorer`.
 */
export class RemoteScorer<Known = unknown> implements Scorer<Known> {
  readonly #parts: RemoteParts;
  #closing: Promise<CloseReport> | null = null;

  private constructor(parts: RemoteParts) {
    this.#parts = parts;
  }

  /**
   * Finds the nodes of the service. Resolves when the first has answered, or when it is clear that none is there. Nodes may come and go later.
   * The connection stays the host's: close it after the scorer.
   *
   * @throws {InvalidOptionsError} if an option is unknown or not valid.
   */
  static connect<Known = unknown>(
    connection: NatsConnection,
    options?: RemoteScorerOptions,
  ): Promise<RemoteScorer<Known>> {
    return outsideOfRequests(async () => {
      requireConnection(connection);
      const parts = partsOf(connection, readRemoteOptions(options));
      const { dispatcher, clock } = parts;
      await new Promise<void>((resolve) => {
        const timer = clock.after(firstNodeMs, resolve);
        dispatcher.firstFound.then(() => {
          timer.clear();
          resolve();
        });
      });
      return new RemoteScorer<Known>(parts);
    });
  }

  /**
   * Scores one transaction on a node.
   *
   * Rejects with the errors of a `FraudScorer`, and with `ERR_UNAVAILABLE` if no node can answer. An error of a node has the same class, code
   * and issues here. Never throws synchronously.
   */
  score<Features extends FeatureMapOf<Features> = FeatureMap>(
    request: RequestFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreResult>;
  score(request: unknown, options?: ScoreOptions): Promise<ScoreResult> {
    return new Promise<ScoreResult>((resolve, reject) => {
      const { open, dispatcher } = this.#parts;
      if (open.submit(request as ScoreRequest, options, { resolve, reject })) dispatcher.wake();
    });
  }

  /**
   * Scores a list or a stream of transactions on the nodes, as `scoreMany` of a `FraudScorer` does. If there are more than `maxOutstanding`, they
   * are sent as others are answered. Where all nodes are busy, or their queues are full, requests of the list wait for room until their deadline.
   */
  scoreMany<Features extends FeatureMapOf<Features> = FeatureMap>(
    requests: ManyRequestsFor<Known, Features>,
    options?: ScoreOptions,
  ): Promise<ScoreOutcome[]>;
  async scoreMany(requests: unknown, options?: ScoreOptions): Promise<ScoreOutcome[]> {
    const { open, dispatcher, clock, options: own } = this.#parts;
    const signal = options === undefined ? undefined : readScoreOptions(options, own.timeoutMs).signal;
    return scoreMany(requests as ManyRequests, {
      get isFull() {
        return !open.isClosed && open.table.freeCount === 0;
      },
      get isOver() {
        return open.isClosed || (signal !== undefined && isAborted(signal));
      },
      room: () => open.changes.wait(),
      submit: (request, settlements, place) => {
        if (open.submit(request, options, { settlements, place })) dispatcher.wake();
      },
      turn: () => new Promise((resolve) => clock.soon(resolve)),
    });
  }

  /**
   * Whether a node can answer. `workers` is the number of nodes that answer in time, and `queueDepth` the requests that wait to be sent. The call
   * is cheap and asks nobody.
   */
  health(): Health {
    const { open, dispatcher, options } = this.#parts;
    const { known, ready } = dispatcher.nodes;
    const reasons: string[] = [];
    if (open.isClosed) reasons.push(closedReason);
    if (!dispatcher.isConnected) reasons.push('the connection to the NATS server is lost');
    if (known === 0) {
      reasons.push(
        dispatcher.reachesGroup
          ? `no node answers $SRV.INFO.${options.name}, so requests go through the queue group`
          : `no node of ${options.subject} is known`,
      );
    }
    if (ready < known) reasons.push(`${ready} of ${known} nodes answer in time`);
    const { count } = open;
    if (count >= options.maxOutstanding * crowdedShare) {
      reasons.push(`${count} of ${options.maxOutstanding} places for requests are taken`);
    }
    const isReady = !open.isClosed && dispatcher.isConnected && (known > 0 || dispatcher.reachesGroup);
    const status = !isReady ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'ok';
    const queueDepth = open.waiting.length;
    return { status, ready: isReady, provider: null, providers: [], workers: ready, queueDepth, reasons };
  }

  /**
   * What this client has measured of its own requests: latencies with the network in them, and counts. What only nodes know (workers' providers,
   * versions, labels) is empty: `fleetSummary` has it.
   */
  summary(): Summary {
    return this.#parts.statistics.summary();
  }

  /**
   * Refuses new requests, and waits for the answers of those that were taken in. The connection and the nodes are left as they are.
   *
   * @throws {InvalidOptionsError} if the options are not valid. Then nothing is closed.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    if (this.#closing !== null) return this.#closing;
    try {
      this.#closing = this.#close(readCloseOptions(options).timeoutMs);
      return this.#closing;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The same as `close()`, for `await using`. */
  async [asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    const { open, clock, dispatcher, statistics, unlisten } = this.#parts;
    open.isClosed = true;
    open.changes.tell();
    const endsAt = clock.now() + timeoutMs;
    const timer = clock.after(timeoutMs, () => open.changes.tell());
    while (open.count > 0 && clock.now() < endsAt) await open.changes.wait();
    timer.clear();
    const abandoned = open.abandon();
    unlisten();
    dispatcher.dispose();
    open.dispose();
    statistics.dispose();
    return { abandoned, summary: statistics.summary() };
  }
}
