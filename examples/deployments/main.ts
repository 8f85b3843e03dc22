import { systemClock } from '../replay/clock.js';
import { StopSignals } from '../replay/stop-signals.js';
import { UsageError } from '../replay/usage-error.js';
import { displayOn } from './display.js';
import { parseOptions } from './options.js';
import { runStory } from './run-story.js';

const EXIT_NOT_AS_TOLD = 1;
const EXIT_USAGE = 2;

/** @returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) return 0;
  const display = displayOn(process.stdout);
  const stop = new StopSignals(systemClock, (exitCode) => {
    display.close();
    process.exit(exitCode);
  });
  // The reader has closed the pipe (`npm run example:deployments | head`).
  process.stdout.on('error', () => stop.stop());
  try {
    const failures = await runStory(options, { clock: systemClock, display, stop: stop.signal });
    if (stop.signal.aborted) return stop.exitCode;
    const parts = failures.map((failure) => `\n  ✗ ${failure}`).join('');
    display.note(failures.length === 0 ? '\nAll went as told.' : `\nNot all went as told:${parts}`);
    return failures.length === 0 ? 0 : EXIT_NOT_AS_TOLD;
  } finally {
    display.close();
    stop.release();
  }
}

try {
  // Set the exit code instead of exiting, because text may still be on its way to a pipe.
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = EXIT_USAGE;
}
