/** What an endpoint has done, as the services API tells it. */
export class EndpointCounts {
  #requests = 0;
  #errors = 0;
  #lastError = '';
  #processingMs = 0;

  /** A message came. */
  begin(): void {
    this.#requests += 1;
  }

  /** It was answered. @param durationMs from its arrival. */
  end(durationMs: number): void {
    this.#processingMs += durationMs;
  }

  /** It was refused, or could not be answered. @param error without values or ids. */
  fail(error: string): void {
    this.#errors += 1;
    this.#lastError = error;
  }

  get json(): Record<string, unknown> {
    const nanos = Math.round(this.#processingMs * 1e6);
    return {
      num_requests: this.#requests,
      num_errors: this.#errors,
      last_error: this.#lastError,
      processing_time: nanos,
      average_processing_time: this.#requests === 0 ? 0 : Math.round(nanos / this.#requests),
    };
  }
}
