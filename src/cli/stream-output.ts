import { exitCodes, type Output } from './output.js';

/** A stream that reports a failed write by an `error` event, as the process's own streams do. */
export interface TextStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
}

/**
 * Writes to streams that may fail. If the reader has closed the pipe (`doctor | head`), the rest is dropped silently. Any other failure,
 * such as a full disk, is reported once.
 *
 * @param onUnwritten called at most once, if the output could not be written.
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
  // No other stream is left to report this to.
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

/** The process's own streams, for programs that write to them directly. Sets the exit code if the output could not be written. */
export function processOutput(): Output {
  return streamOutput(process.stdout, process.stderr, () => {
    // Set it at the end, so that a program that sets its own exit code does not hide it.
    process.once('exit', () => {
      process.exitCode = exitCodes.unwritten;
    });
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'no space left on device';
  return code ?? message;
}
