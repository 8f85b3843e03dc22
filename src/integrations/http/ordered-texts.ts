/** One that was begun: its text once it is there. */
interface Entry {
  text: string | null;
}

/**
 * Texts that are made at the same time and read in the order in which they were begun. At most so many are being made, or wait to be read: a reader
 * that is slow slows down the one who begins them, and memory stays bounded.
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

  /** Whether nobody reads any more. */
  get isGivenUp(): boolean {
    return this.#isGivenUp;
  }

  /** @param text never rejects. */
  add(text: Promise<string> | string): void {
    const entry: Entry = { text: typeof text === 'string' ? text : null };
    this.#entries.push(entry);
    if (typeof text === 'string') this.#tellReader(entry);
    else {
      void text.then((made) => {
        entry.text = made;
        this.#tellReader(entry);
      });
    }
  }

  /** Resolves once another one may be begun, or nobody reads any more. */
  async room(): Promise<void> {
    while (this.#entries.length >= this.#most && !this.#isGivenUp) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
    }
  }

  /** There will be no more. @param failure thrown to the reader once it has read the rest. */
  end(failure?: unknown): void {
    this.#ended = true;
    this.#failure = failure;
    this.#wakeReader();
  }

  /**
   * As many as are there, joined. No generator: the `return` of one that was never asked for a text would tell nobody, and who writes would wait for
   * ever.
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

  /** Only here does room appear: what was read before has been passed on. */
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

  #tellReader(entry: Entry): void {
    if (this.#entries[0] === entry) this.#wakeReader();
  }
}
