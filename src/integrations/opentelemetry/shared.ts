/** What is on, by scorer, and by what it goes to. */
export class Shared {
  readonly #byScorer = new WeakMap<object, Map<unknown, { users: number; stop: () => void }>>();

  /**
   * Starts something, unless it is on: a host that instruments twice does not get everything twice.
   *
   * @param key tells what is the same.
   * @param start returns what stops it.
   * @returns what stops it once nobody else uses it. It does so once, however often it is called.
   */
  use(scorer: object, key: unknown, start: () => () => void): () => void {
    const ofScorer = this.#byScorer.get(scorer) ?? new Map();
    this.#byScorer.set(scorer, ofScorer);
    const entry = ofScorer.get(key) ?? { users: 0, stop: start() };
    ofScorer.set(key, entry);
    entry.users += 1;
    let isUsed = true;
    return () => {
      if (!isUsed) return;
      isUsed = false;
      entry.users -= 1;
      if (entry.users > 0) return;
      ofScorer.delete(key);
      entry.stop();
    };
  }
}
