import { exitCodes, type Output } from './output.js';

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
  out.on('error', (error) => {
    if (hasFailed) return;
    hasFailed = true;
    if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return;
    onUnwritten();
    err.write(`The output could not be written: ${reasonOf(error)}\n`);
  });
  // There is nobody left to tell.
  err.on('error', () => {});
  return {
    write: (text) => {
      if (!hasFailed) out.write(text);
    },
    error: (text) => {
      err.write(text);
    },
  };
}

/** The process's own streams, for programs that write to them as they please: sets the exit code where the output could not be written. */
export function processOutput(): Output {
  return streamOutput(process.stdout, process.stderr, () => {
    // At the end, so that a program that sets its own code does not hide it.
    process.once('exit', () => {
      process.exitCode = exitCodes.unwritten;
    });
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no space left on device';
  return code ?? message;
}
