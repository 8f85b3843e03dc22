import type { DecisionLogRecord } from '../api/records.js';

/**
 * Writes records to a stream of the host's, as lines of JSON. It hears the stream's errors as long as records go there: one that nobody hears ends the
 * process.
 */
export class StreamSink {
  readonly #stream: NodeJS.WritableStream;
  readonly #onError: (error: unknown) => void;
  #isWriting = false;

  /** @param onError told of each error of the stream, also of those between two writes. */
  constructor(stream: NodeJS.WritableStream, onError: (error: unknown) => void) {
    this.#stream = stream;
    this.#onError = onError;
    stream.on('error', onError);
  }

  /** Resolves once the stream has handled them. Rejects where it fails, or has ended. */
  async write(records: readonly DecisionLogRecord[]): Promise<void> {
    const stream = this.#stream;
    if (!stream.writable) throw new Error('the stream has ended');
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('');
    this.#isWriting = true;
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error | null): void => {
        stream.off('error', settle);
        stream.off('close', closed);
        this.#isWriting = false;
        if (error === undefined || error === null) resolve();
        else reject(error);
      };
      const closed = (): void => settle(new Error('the stream has closed'));
      stream.once('error', settle);
      stream.once('close', closed);
      try {
        stream.write(text, settle);
      } catch (error) {
        settle(error instanceof Error ? error : new Error('the stream takes no text'));
      }
    });
  }

  /** No more records come. */
  end(): void {
    // What is still being written may fail, and that is nobody else's business.
    if (!this.#isWriting) this.#stream.off('error', this.#onError);
  }
}
