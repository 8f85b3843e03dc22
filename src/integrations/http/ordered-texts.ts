/** A text that was begun. */
interface Entry {
  /** null until it is made. */
  text: string | null;
}

/**
 * Texts that are made at the same time and read in the order in which they were begun. Only a limited number is being made or waits to be read, so
 * that memory stays bounded: a slow reader slows the writer down.
 */
export class OrderedTexts implements AsyncIterable<string> {
  readonly #most: number;
  readonly #entries: Entry[] = [];
  #ended = false;
  #failure: unknown;
  #isGivenUp = false;
  #wakeReader: () => void = () => {};
  #wakeWriter: () => void = () => {};

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether the reader has stopped or has read everything. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** @param text never rejects. */
  add(text: Promise<string>): void {
    const entry: Entry = { text: null };
    this.#entries.push(entry);
    void text.then((made) => {
      entry.text = made;
      if (this.#entries[0] === entry) this.#wakeReader();
    });
  }

  /** Resolves when another text may be begun, or when the reader has stopped. */
  async room(): Promise<void> {
    while (this.#entries.length >= this.#most && !this.#isGivenUp) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** Call it after the last text. @param failure thrown to the reader once it has read the rest. */
  end(failure?: unknown): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wakeReader();
  }

  /**
   * Gives all texts that can be read now, joined. This is not a generator: `return` of a generator that has not begun runs none of its code, so the
   * writer would wait for ever.
   */
  [Symbol.asyncIterator](): AsyncIterator<string, undefined> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.#giveUp();
        return { done: true, value: undefined };
      },
    };
  }

  async #next(): Promise<IteratorResult<string, undefined>> {
    while (!this.#isGivenUp) {
      const joined = this.#taken();
      if (joined !== '') return { done: false, value: joined };
      if (this.#ended && this.#entries.length === 0) {
        this.#giveUp();
        if (this.#failure !== undefined) throw this.#failure;
      } else {
        await this.#change();
      }
    }
    return { done: true, value: undefined };
  }

  /** Also wakes a reader that waits: its texts will not be read. */
  #giveUp(): void {
    this.#isGivenUp = true;
    this.#entries.length = 0;
    this.#wakeWriter();
    this.#wakeReader();
  }

  /** Makes room only now, when the reader asks again: it has passed on what it read before. */
  #taken(): string {
    let count = 0;
    let joined = '';
    for (const { text } of this.#entries) {
      if (text === null) break;
      joined += text;
      count += 1;
    }
    if (count > 0) {
      this.#entries.splice(0, count);
      this.#wakeWriter();
    }
    return joined;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakeReader = resolve;
    });
  }
}
