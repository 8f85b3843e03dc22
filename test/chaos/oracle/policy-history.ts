/** The threshold of one version over time: a decision may follow any that was in force between the call and the answer. */
export class PolicyHistory {
  readonly #changes: { value: number; at: number }[];

  /** @param at a count of changes that never falls. */
  constructor(value: number, at: number) {
    this.#changes = [{ value, at }];
  }

  get current(): number {
    return this.#changes.at(-1)?.value ?? Number.NaN;
  }

  change(value: number, at: number): void {
    this.#changes.push({ value, at });
  }

  /** Whether a threshold that was in force then, or has been since, passes. */
  some(since: number, passes: (value: number) => boolean): boolean {
    for (let index = this.#changes.length - 1; index >= 0; index -= 1) {
      const change = this.#changes[index];
      if (change === undefined) return false;
      if (passes(change.value)) return true;
      if (change.at <= since) return false;
    }
    return false;
  }
}
