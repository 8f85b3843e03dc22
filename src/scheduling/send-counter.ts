import type { SendReason } from './batch-policy.js';

/** Counts batches by why they were sent. */
export class SendCounter {
  readonly #counts: Record<SendReason, number> = { idleWorker: 0, full: 0, delayOver: 0, deadline: 0 };

  count(reason: SendReason): void {
    this.#counts[reason] += 1;
  }

  get summary(): Record<SendReason, number> {
    return { ...this.#counts };
  }
}
