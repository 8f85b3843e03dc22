import type { CanarySummary } from '../api/versions.js';

/** How far a canary of a fake has come. It looks at nothing by itself: the test says when it goes on. */
export class FakeCanary {
  readonly #steps: readonly number[];
  #step = 0;
  #state: CanarySummary['state'] = 'running';
  #reason: string | null = null;

  /** @param steps shares of the traffic, in (0, 1]. */
  constructor(steps: readonly number[]) {
    this.#steps = steps;
  }

  /** Whether nothing comes of it any more. */
  get isOver(): boolean {
    return this.#state === 'promoted' || this.#state === 'aborted';
  }

  /** The share of the next step; null at the last one. */
  get nextShare(): number | null {
    return this.#steps[this.#step + 1] ?? null;
  }

  get summary(): CanarySummary {
    const share = this.#state === 'promoted' ? 1 : this.#state === 'aborted' ? 0 : (this.#steps[this.#step] ?? 0);
    return { state: this.#state, step: this.#step, share, reason: this.#reason };
  }

  advance(): void {
    this.#step += 1;
  }

  /** What has ended already stays as it is. */
  end(state: 'promoted' | 'aborted', reason: string | null): void {
    if (this.isOver) return;
    this.#state = state;
    this.#reason = reason;
  }
}
