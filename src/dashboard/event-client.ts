import type { Writable } from 'node:stream';

/** The most bytes that may wait for a client to read. A whole history is about 100 KB. */
const maxWaitingBytes = 512 * 1024;

/** A client that reads nothing for this long is disconnected. */
const maxBlockedMs = 30_000;

/** The target of a stream: a response of `node:http` or `node:http2`, or another stream. */
export type StreamResponse = Pick<
  Writable,
  'write' | 'end' | 'destroy' | 'on' | 'writableNeedDrain' | 'writableLength' | 'destroyed' | 'writableEnded'
>;

/** One open page. It holds a limited number of bytes. If it is slow, the other pages are not affected. */
export class EventClient {
  readonly #response: StreamResponse;
  #blockedSince: number | null = null;
  #isGone = false;
  /** The last second that it was sent. */
  sequence: number;

  /** @param sequence the last second that it got over an earlier connection. */
  constructor(response: StreamResponse, sequence: number) {
    this.#response = response;
    this.sequence = sequence;
  }

  get isGone(): boolean {
    return this.#isGone || this.#response.destroyed || this.#response.writableEnded;
  }

  /**
   * Whether it can be sent more now. A client that does not read gets no frames meanwhile, and is disconnected if that takes too long.
   *
   * @param now time on the monotonic clock, in ms.
   */
  isReady(now: number): boolean {
    if (this.isGone) return false;
    if (!this.#response.writableNeedDrain && this.#response.writableLength <= maxWaitingBytes) {
      this.#blockedSince = null;
      return true;
    }
    this.#blockedSince ??= now;
    if (now - this.#blockedSince >= maxBlockedMs) this.drop();
    return false;
  }

  send(frame: Uint8Array): void {
    if (!this.isGone) this.#response.write(frame);
  }

  /** Ends the stream after the frames that were sent. */
  end(): void {
    if (this.isGone) return;
    // A client that does not read would never see the end, and would stop the host's server from closing.
    if (this.#response.writableNeedDrain) this.drop();
    else this.#response.end();
    this.#isGone = true;
  }

  drop(): void {
    this.#isGone = true;
    this.#response.destroy();
  }
}
