interface Waiting {
  resolve: () => void;
  reject: (error: Error) => void;
}

/** What the records worker was asked and has not answered yet. */
export class PendingAnswers {
  readonly #waiting = new Map<number, Waiting>();
  #token = 0;

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** @param send is given the token that comes back with the answer. */
  ask(send: (token: number) => void): Promise<void> {
    this.#token += 1;
    const token = this.#token;
    return new Promise((resolve, reject) => {
      this.#waiting.set(token, { resolve, reject });
      send(token);
    });
  }

  /** @param error what the answer comes to; null where all is well. */
  settle(token: number, error: Error | null): void {
    const waiting = this.#waiting.get(token);
    this.#waiting.delete(token);
    if (error === null) waiting?.resolve();
    else waiting?.reject(error);
  }

  /** No answer comes any more. */
  rejectAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
