import { abandonRendezvous, type RendezvousData, rendezvousWords } from '../src/pool/tool-protocol.js';

/** Where threads that are measured at the same time wait for one another, at one meeting after the other. */
export class Rendezvous {
  readonly #words: Int32Array;
  readonly #parties: number;

  constructor({ words, parties }: RendezvousData) {
    this.#words = words;
    this.#parties = parties;
  }

  /** Waits for the others. @returns false where one of them has given up. */
  meet(meeting: number): boolean {
    const word = rendezvousWords.arrived(meeting);
    let arrived = Atomics.add(this.#words, word, 1) + 1;
    if (arrived === this.#parties) Atomics.notify(this.#words, word);
    while (arrived < this.#parties) {
      Atomics.wait(this.#words, word, arrived);
      arrived = Atomics.load(this.#words, word);
    }
    return !this.#isAbandoned;
  }

  /** This thread is through with what the meeting was for. */
  finish(meeting: number): void {
    Atomics.add(this.#words, rendezvousWords.finished(meeting), 1);
  }

  /** Whether all are through with it, or one has given up. */
  isOver(meeting: number): boolean {
    return this.#isAbandoned || Atomics.load(this.#words, rendezvousWords.finished(meeting)) >= this.#parties;
  }

  /** Comes to no meeting any more, and lets nobody wait. */
  abandon(): void {
    abandonRendezvous(this.#words);
  }

  get #isAbandoned(): boolean {
    return Atomics.load(this.#words, rendezvousWords.abandoned) !== 0;
  }
}
