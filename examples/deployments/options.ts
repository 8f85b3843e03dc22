import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { UsageError } from '../replay/usage-error.js';

export interface StoryOptions {
  /** Whether to run fast, for CI. */
  quick: boolean;
  /** Transactions per second. */
  rate: number;
  /** Seconds to wait for each expected event. */
  patience: number;
}

/**
 * Reads the command line.
 *
 * @param args the arguments without the program's own name.
 * @returns undefined if the user only asked for help, which has been written.
 * @throws UsageError
 */
export function parseOptions(
  args: readonly string[],
  write: (text: string) => void = (text) => process.stdout.write(text),
): StoryOptions | undefined {
  const command = new Command('npm run example:deployments --')
    .usage('[options]')
    .description(
      'Tells, with real models and real workers, how versions of a model come and go while requests are answered.',
    )
    .helpOption('--help', 'show this help')
    .showSuggestionAfterError(false)
    .option('--quick', 'run in about 20 seconds', false)
    .option('--rate <n>', 'transactions per second', wholeWithin(1, 20_000), 3_000)
    .option('--patience <seconds>', 'how long to wait for each expected event, in seconds', wholeWithin(1, 600), 30)
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  try {
    return command.parse(args, { from: 'user' }).opts<StoryOptions>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(`${error.message.replace(/^error: /, '')} (--help lists the options)`);
  }
}

function wholeWithin(low: number, high: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= low && number <= high) return number;
    throw new InvalidArgumentError(`expected a whole number from ${low} to ${high}.`);
  };
}
