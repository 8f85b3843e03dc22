import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { UsageError } from './usage-error.js';

export interface ReplayOptions {
  /** The CSV file of transactions, gzipped or not. */
  input: string;
  /** Transactions per second. As fast as possible if absent. */
  rate?: number;
  /** The most transactions to send. */
  limit?: number;
  /** The model directory. The bundled model if absent. */
  model?: string;
  /** The model directory of a version that gets a share of the transactions. */
  challenger?: string;
  /** The challenger's share, in (0, 1). */
  share?: number;
  /** The model directory of a version that gets copies. Its decisions are compared. */
  shadow?: string;
  /** Worker threads. One for each core if absent. */
  workers?: number;
  /** Days of the data's own time until a label is known. */
  labelDelay: number;
  /** The file for the whole report, as JSON. */
  json?: string;
  /** The file for one line of JSON per transaction. */
  output?: string;
  /** The port of the live page; 0 for any free port. No page if absent. */
  dashboard?: number;
  /** Whether rows that cannot be read are counted and skipped. */
  skipBad: boolean;
}

const DEFAULT_SHARE = 0.1;

const DASHBOARD_PORT = 9464;

const BUNDLED_SAMPLE = fileURLToPath(new URL('../../models/visa-fraud/sample/transactions.csv.gz', import.meta.url));

/**
 * Reads the command line.
 *
 * @param args the arguments without the program's own name.
 * @returns undefined if the user only asked for help or the version, which has been written.
 * @throws UsageError
 */
export function parseOptions(
  args: readonly string[],
  write: (text: string) => void = (text) => process.stdout.write(text),
): ReplayOptions | undefined {
  const command = describeCommand()
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: () => {} });
  try {
    return complete(command.parse(args, { from: 'user' }).opts<Omit<ReplayOptions, 'skipBad'>>());
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new UsageError(`${error.message.replace(/^error: /, '')} (--help lists the options)`);
  }
}

/** @throws UsageError */
function complete(given: Omit<ReplayOptions, 'skipBad'>): ReplayOptions {
  const { challenger, share = DEFAULT_SHARE } = given;
  if (challenger === undefined && given.share !== undefined) {
    throw new UsageError(
      `--share ${given.share}: expected a --challenger whose share it is (--help lists the options)`,
    );
  }
  return { skipBad: false, ...given, ...(challenger !== undefined && { share }) };
}

function describeCommand(): Command {
  return new Command('npm start --')
    .usage('[options]')
    .description('Replays card transactions through fraud-scorer, and reports how fast and how well they were scored.')
    .version(packageVersion(), '--version', 'show the version of fraud-scorer')
    .helpOption('--help', 'show this help')
    .showSuggestionAfterError(false)
    .addOption(
      new Option('--input <file>', 'a CSV file of transactions, gzipped or not')
        .argParser(text)
        .default(BUNDLED_SAMPLE, 'the bundled sample'),
    )
    .option('--rate <n>', 'transactions per second (default: as fast as possible)', numberWithin(0, 1_000_000))
    .option('--limit <n>', 'stop after this many transactions', wholeWithin(1, 1_000_000_000))
    .option('--model <dir>', 'a model directory (default: the bundled model)', text)
    .option('--challenger <dir>', 'a version that gets a share of the transactions, by customer', text)
    .option('--share <n>', `the challenger's share, above 0 and below 1 (default: ${DEFAULT_SHARE})`, shareOfTraffic)
    .option('--shadow <dir>', 'a version that gets copies; its decisions are compared', text)
    .option('--workers <n>', 'worker threads (default: one for each core)', wholeWithin(1, 256))
    .option('--label-delay <days>', "days of the data's own time until a label is known", delayDays, 7)
    .addOption(
      new Option('--dashboard [port]', `serve the live page on this machine (default port: ${DASHBOARD_PORT})`)
        .argParser(wholeWithin(0, 65_535))
        .preset(String(DASHBOARD_PORT)),
    )
    .option('--json <file>', 'write the whole report as JSON', text)
    .option('--output <file>', 'write a line of JSON for each transaction', text)
    .option('--skip-bad', 'count and skip rows that cannot be read, instead of stopping');
}

function text(value: string): string {
  if (value === '') throw new InvalidArgumentError('expected a path.');
  return value;
}

function wholeWithin(low: number, high: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= low && number <= high) return number;
    throw new InvalidArgumentError(`expected a whole number from ${low} to ${high}.`);
  };
}

function numberWithin(above: number, high: number): (value: string) => number {
  return (value) => {
    const number = readDecimal(value);
    if (number > above && number <= high) return number;
    throw new InvalidArgumentError(`expected a number above ${above}, at most ${high}.`);
  };
}

function shareOfTraffic(value: string): number {
  const number = readDecimal(value);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError('expected a number above 0 and below 1.');
}

function delayDays(value: string): number {
  const number = readDecimal(value);
  if (number >= 0 && number <= 365) return number;
  throw new InvalidArgumentError('expected a number of days from 0 to 365.');
}

/** Number() would also accept '', ' 1', '0x10' and '1e3'. */
function readDecimal(value: string): number {
  return /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : '';
  return String(version);
}
