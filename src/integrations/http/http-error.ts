import type { HttpErrorCode } from './problem-kinds.js';

/** The scorer's code stands for bodies that its own check does not get to see. */
type RefusalCode = HttpErrorCode | 'ERR_INVALID_REQUEST';

/** Something that a route refuses. It never leaves the routes: `toProblem` makes a response of it. */
export class HttpError extends Error {
  readonly code: RefusalCode;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON pointer into the body, where one place in it is to blame. */
  readonly pointer: string | null;

  /** @param message the problem's `detail`: no value of the body or of a header. */
  constructor(
    code: RefusalCode,
    message: string,
    { headers = {}, pointer = null }: { headers?: Readonly<Record<string, string>>; pointer?: string | null } = {},
  ) {
    super(message);
    this.code = code;
    this.headers = headers;
    this.pointer = pointer;
  }
}
