import { systemClock } from './clock.js';
import { describeFailure } from './describe-failure.js';
import { displayOn } from './display.js';
import { parseOptions } from './options.js';
import { runReplay } from './run-replay.js';
import { StopSignals } from './stop-signals.js';

const EXIT_NOTHING_SCORED = 1;
const EXIT_USAGE = 2;
const EXIT_UNWRITTEN = 3;
const HINT = `
Next: npm start -- --rate 1000     the same, slowly enough to watch
      npm start -- --help          all options
`;

/** @returns the exit code. */
async function replay(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) return 0;
  const { stdout } = process;
  const display = displayOn(stdout);
  const stop = new StopSignals(systemClock, (exitCode) => {
    display.close();
    process.exit(exitCode);
  });
  stdout.on('error', () => {
    // The reader has closed the pipe. Requested files are still written completely.
    if (options.json === undefined && options.output === undefined) stop.stop();
  });
  try {
    const print = (text: string): void => void stdout.write(text);
    const { rows } = await runReplay(options, { clock: systemClock, display, stop, print });
    if (args.length === 0) print(HINT);
    return stop.exitCode || (rows.scored === 0 && rows.failed > 0 ? EXIT_NOTHING_SCORED : 0);
  } finally {
    display.close();
    stop.release();
  }
}

// A reader that has closed the pipe (`npm start | head`) has seen enough. Any other failure, such as a full disk, is reported once.
process.stdout.once('error', (error: NodeJS.ErrnoException) => {
  process.stdout.on('error', () => {});
  if (error.code === 'EPIPE') return;
  const reason = error.code === 'ENOSPC' ? 'no space left on device' : (error.code ?? error.message);
  process.stderr.write(`error: the output could not be written: ${reason}\n`);
  process.once('exit', () => {
    process.exitCode = EXIT_UNWRITTEN;
  });
});
process.stderr.on('error', () => {});

try {
  // Set the exit code instead of exiting, because text may still be on its way to a pipe.
  process.exitCode = await replay(process.argv.slice(2));
} catch (error) {
  const line = describeFailure(error);
  if (line === undefined) throw error;
  process.stderr.write(`error: ${line}\n`);
  process.exitCode = EXIT_USAGE;
}
