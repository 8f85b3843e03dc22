import type { ScoreOptions } from '../../../api/request.js';
import type { ScoreResult } from '../../../api/result.js';
import { type NodeOutcome, ReplyFrame } from '../wire/reply-frame.js';
import type { ReceivedRow } from '../wire/request-frame.js';
import type { ServedScorer } from './served-scorer.js';

/**
 * Scores the rows of one frame, and sends their outcomes when all are there.
 *
 * @param send called once with each message of the answer. @param onSettled called for each row.
 */
export class FrameCall {
  readonly #outcomes: NodeOutcome[] = [];
  #open: number;
  readonly #maxBytes: number;
  readonly #send: (bytes: Uint8Array) => void;
  readonly #onDone: () => void;

  constructor(rows: number, maxBytes: number, send: (bytes: Uint8Array) => void, onDone: () => void) {
    this.#open = rows;
    this.#maxBytes = maxBytes;
    this.#send = send;
    this.#onDone = onDone;
  }

  begin(scorer: ServedScorer, rows: readonly ReceivedRow[]): void {
    for (const [place, row] of rows.entries()) {
      scorer.score(row.request as never, optionsOf(row)).then(
        (result: ScoreResult) => this.#settle(place, { result }),
        (error: unknown) => this.#settle(place, { error }),
      );
    }
  }

  #settle(place: number, outcome: NodeOutcome): void {
    this.#outcomes[place] = outcome;
    this.#open -= 1;
    if (this.#open > 0) return;
    this.#answer(0, this.#outcomes.length);
    this.#onDone();
  }

  /** A reply may be larger than the server takes, if it has attention weights or reasons. Then it is sent in two halves. */
  #answer(first: number, end: number): void {
    const frame = new ReplyFrame();
    for (let place = first; place < end; place += 1) frame.add(this.#outcomes[place] as NodeOutcome);
    const bytes = frame.bytes(this.#outcomes.length, first, end - first);
    if (bytes.length <= this.#maxBytes || end - first === 1) {
      this.#send(bytes);
      return;
    }
    const middle = first + Math.floor((end - first) / 2);
    this.#answer(first, middle);
    this.#answer(middle, end);
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
