import { exitCodes, type Output } from './output.js';

/** A stream that reports a failed write by an `error` event, as the process's own streams do. */
export interface TextStream {
  write(text: string): unknown;
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown;
  once?(event: 'drain' | 'error', listener: () => void): unknown;
  off?(event: 'drain' | 'error', listener: () => void): unknown;
  readonly writableNeedDrain?: boolean;
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
    ready: async () => {
      if (!hasFailed && out.writableNeedDrain === true) await drained(out);
      return !hasFailed;
    },
    write: (text) => {
      if (!hasFailed) out.write(text);
    },
    error: (text) => {
      err.write(text);
    },
  };
}

/** Resolves once a stream has room again, or has failed. */
function drained(out: TextStream): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      out.off?.('drain', end);
      out.off?.('error', end);
      resolve();
    };
    out.once?.('drain', end);
    out.once?.('error', end);
  });
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
