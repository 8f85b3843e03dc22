import type { Clock } from '../host/clock.js';
import { type FaultReport, watched } from '../host/faults.js';
import type { Ready } from './seat-state.js';

/** A worker that the pool does not need any more. It answers its open tasks, and ends. */
export class LeavingWorker {
  readonly #ready: Ready;
  readonly #clock: Clock;
  readonly #onFault: FaultReport;
  #hasLeft = false;

  constructor(ready: Ready, { clock, onFault }: { clock: Clock; onFault: FaultReport }) {
    this.#ready = ready;
    this.#clock = clock;
    this.#onFault = onFault;
    this.look();
  }

  /** Whether it was told to end. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Ends it if it has no open tasks, or hangs. */
  look(): void {
    if (this.#hasLeft) return;
    const { thread, watch } = this.#ready;
    if (thread.inHand === 0) {
      this.#hasLeft = true;
      watched(thread.release(), this.#onFault);
    } else if (watch.look(thread.oldest, this.#clock.now())) {
      this.#hasLeft = true;
      thread.giveUp();
    }
  }
}
