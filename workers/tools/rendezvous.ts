import { abandonRendezvous, type RendezvousData, rendezvousWords } from '../../src/protocol/tools.js';

/** How often a waiting thread checks whether the host is leaving, because nobody can tell it while it waits. */
const lookEveryMs = 20;

/** A sequence of meetings at which threads that are measured together wait for each other. */
export class Rendezvous {
  readonly #words: Int32Array;
  readonly #parties: number;
  readonly #isLeaving: () => boolean;

  /** @param isLeaving whether the host wants this thread to end. */
  constructor({ words, parties }: RendezvousData, isLeaving: () => boolean) {
    this.#words = words;
    this.#parties = parties;
    this.#isLeaving = isLeaving;
  }

  /** Whether to stop: one of the threads has given up, or the host is leaving. */
  get isOff(): boolean {
    return Atomics.load(this.#words, rendezvousWords.abandoned) !== 0 || this.#isLeaving();
  }

  /** Waits for the others. @returns false if the meetings were given up. */
  meet(meeting: number): boolean {
    const word = rendezvousWords.arrived(meeting);
    let arrived = Atomics.add(this.#words, word, 1) + 1;
    if (arrived === this.#parties) Atomics.notify(this.#words, word);
    while (arrived < this.#parties && !this.#isLeaving()) {
      Atomics.wait(this.#words, word, arrived, lookEveryMs);
      arrived = Atomics.load(this.#words, word);
    }
    return !this.isOff;
  }

  /** This thread has finished the work of this meeting. */
  finish(meeting: number): void {
    Atomics.add(this.#words, rendezvousWords.finished(meeting), 1);
  }

  /** Whether all have finished it, or the meetings were given up. */
  isOver(meeting: number): boolean {
    return this.isOff || Atomics.load(this.#words, rendezvousWords.finished(meeting)) >= this.#parties;
  }

  /** Comes to no more meetings, and stops all waiting. */
  abandon(): void {
    abandonRendezvous(this.#words);
  }
}
