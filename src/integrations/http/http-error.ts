import type { HttpErrorCode } from './problem-kinds.js';

/** Something that a route refuses. It never leaves the routes: `toProblem` makes a response of it. */
export class HttpError extends Error {
  readonly code: HttpErrorCode;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON pointer into the body, where one place in it is to blame. */
  readonly pointer: string | null;

  /** @param message the problem's `detail`: no value of the body or of a header. */
  constructor(
    code: HttpErrorCode,
    message: string,
    { headers = {}, pointer = null }: { headers?: Readonly<Record<string, string>>; pointer?: string | null } = {},
  ) {
    super(message);
    this.code = code;
    this.headers = headers;
    this.pointer = pointer;
  }
}
