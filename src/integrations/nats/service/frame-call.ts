import type { ScoreOptions } from '../../../api/request.js';
import type { Clock, Timer } from '../../../host/clock.js';
import { type NodeOutcome, ReplyFrame } from '../wire/reply-frame.js';
import type { ReceivedRow } from '../wire/request-frame.js';
import { resultTooLarge } from './result-too-large.js';
import type { ServedScorer } from './served-scorer.js';

/**
 * Outcomes that are there wait for the rest of their frame as long as the first of them took, and at least so long, in ms. Rows with reasons, for
 * example, take longer than others.
 */
const leastPatienceMs = 5;

interface FrameCallOptions {
  clock: Clock;
  /** Rows of the frame. */
  rows: number;
  /** Of a message. */
  maxBytes: number;
  /** Called once with each message of the answer. */
  send: (bytes: Uint8Array) => void;
  /** Called once, when all is answered. */
  onDone: () => void;
}

/** Scores the rows of one frame, and sends their outcomes: all together, unless some take much longer than the first. */
export class FrameCall {
  readonly #options: FrameCallOptions;
  readonly #outcomes: (NodeOutcome | undefined)[] = [];
  /** Places of outcomes that are there and not sent. */
  #ready: number[] = [];
  readonly #startedAt: number;
  #open: number;
  #patience: Timer | null = null;

  constructor(options: FrameCallOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    this.#open = options.rows;
  }

  begin(scorer: ServedScorer, rows: readonly ReceivedRow[]): void {
    for (const [place, row] of rows.entries()) {
      try {
        // A scorer of the host's own may give something else than a promise.
        Promise.resolve(scorer.score(row.request as never, optionsOf(row))).then(
          (result) => this.#settle(place, { result }),
          (error: unknown) => this.#settle(place, { error }),
        );
      } catch (error) {
        this.#settle(place, { error });
      }
    }
  }

  #settle(place: number, outcome: NodeOutcome): void {
    this.#outcomes[place] = outcome;
    this.#ready.push(place);
    this.#open -= 1;
    if (this.#open > 0) {
      this.#patience ??= this.#wait();
      return;
    }
    this.#answerReady();
    this.#options.onDone();
  }

  #wait(): Timer {
    const { clock } = this.#options;
    const patienceMs = Math.max(leastPatienceMs, clock.now() - this.#startedAt);
    return clock.background(patienceMs, () => this.#answerReady());
  }

  #answerReady(): void {
    this.#patience?.clear();
    this.#patience = null;
    const places = this.#ready;
    this.#ready = [];
    this.#answer(places);
    for (const place of places) this.#outcomes[place] = undefined;
  }

  /** A reply may be larger than the server takes, if it has attention weights or reasons. Then it is sent in two halves. */
  #answer(places: readonly number[]): void {
    const { rows, maxBytes, send } = this.#options;
    const frame = new ReplyFrame();
    for (const place of places) frame.add(place, this.#outcomes[place] as NodeOutcome);
    const bytes = frame.bytes(rows);
    if (bytes.length <= maxBytes) {
      send(bytes);
      return;
    }
    const [place] = places;
    if (places.length === 1 && place !== undefined) {
      send(this.#tooLarge(place, bytes.length));
      return;
    }
    const middle = Math.floor(places.length / 2);
    this.#answer(places.slice(0, middle));
    this.#answer(places.slice(middle));
  }

  #tooLarge(place: number, bytes: number): Uint8Array {
    const { rows, maxBytes } = this.#options;
    const frame = new ReplyFrame();
    frame.add(place, { error: resultTooLarge(bytes, maxBytes) });
    return frame.bytes(rows);
  }
}

/** undefined if the caller gave none, as most do: `score` takes that in the least time. */
function optionsOf({ timeoutMs, priority, explain, routingKey }: ReceivedRow): ScoreOptions | undefined {
  if (timeoutMs === undefined && priority === 0 && explain === undefined && routingKey === undefined) return undefined;
  const options: ScoreOptions = {};
  if (timeoutMs !== undefined) options.timeoutMs = timeoutMs;
  if (priority !== 0) options.priority = priority;
  if (explain !== undefined) options.explain = explain;
  if (routingKey !== undefined) options.routingKey = routingKey;
  return options;
}
