import type { Output } from './output.js';

/** A stream that reports what it could not write by an `error` event, as the process's own do. */
export interface TextStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * Writes to streams that may fail. A reader that has gone (`doctor | head`) has seen what it wanted: the rest is dropped without a word.
 * Any other failure, such as a full disk, is said once.
 *
 * @param onUnwritten the output could not be written; called at most once.
 */
export function streamOutput(out: TextStream, err: TextStream, onUnwritten: () => void): Output {
  let hasFailed = false;
  const output: Output = {
    write: (text) => {
      if (!hasFailed) out.write(text);
    },
    error: (text) => {
      err.write(text);
    },
  };
  out.on('error', (error) => {
    if (hasFailed) return;
    hasFailed = true;
    if (error.code === 'EPIPE') return;
    onUnwritten();
    output.error(`The output could not be written: ${reasonOf(error)}\n`);
  });
  // There is nobody left to tell.
  err.on('error', () => {});
  return output;
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no space left on device';
  return code ?? message;
}
