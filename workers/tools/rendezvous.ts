import { abandonRendezvous, type RendezvousData, rendezvousWords } from '../../src/protocol/tools.js';

/** How often a thread that waits looks whether the host is leaving, which nobody can tell it then. */
const lookEveryMs = 20;

/** Where threads that are measured at the same time wait for one another, at one meeting after the other. */
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

  /** Whether it is of no use to go on: one of the threads has given up, or the host is leaving. */
  get isOff(): boolean {
    return Atomics.load(this.#words, rendezvousWords.abandoned) !== 0 || this.#isLeaving();
  }

  /** Waits for the others. @returns false where it is off. */
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

  /** This thread is through with what the meeting was for. */
  finish(meeting: number): void {
    Atomics.add(this.#words, rendezvousWords.finished(meeting), 1);
  }

  /** Whether all are through with it, or it is off. */
  isOver(meeting: number): boolean {
    return this.isOff || Atomics.load(this.#words, rendezvousWords.finished(meeting)) >= this.#parties;
  }

  /** Comes to no meeting any more, and lets nobody wait. */
  abandon(): void {
    abandonRendezvous(this.#words);
  }
}
