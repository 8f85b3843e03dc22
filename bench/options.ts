import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { bundledModelDirectory } from '../src/models/bundled-model.js';
import { comparisons } from './against/comparisons.js';
import { listOf, numberAbove, numberFrom, wholeFrom } from './arguments.js';
import { fullSettings, quickSettings, type Settings } from './settings.js';

export interface BenchOptions {
  /** The scenarios' names, in the order they are run; empty where only the report is made again. */
  scenarios: readonly string[];
  /** Where the results and the plots are. */
  directory: string;
  settings: Settings;
  /** Compares two builds in place of running scenarios; null without `--against`. */
  against: AgainstOptions | null;
}

export interface AgainstOptions {
  /** The checkout of the other build, or its dist folder. */
  directory: string;
  /** The comparisons' names, in the order they are run. */
  comparisons: readonly string[];
  pairs: number;
}

interface Flags {
  only?: string[];
  slices?: number;
  seconds?: number;
  memoryMinutes?: number;
  tickMs?: number;
  model: string;
  out?: string;
  quick?: true;
  renderOnly?: true;
  against?: string;
  rows?: string[];
  pairs?: number;
}

const comparisonNames = comparisons.map(({ name }) => name);
const resultsDirectory = fileURLToPath(new URL('./results/', import.meta.url));
const quickDirectory = fileURLToPath(new URL('../.cache/bench/', import.meta.url));

/**
 * Reads the command line, without the program's own name.
 *
 * @param names of all scenarios.
 * @throws {CommanderError} where it is not as described, or asked for help; what to say is written already.
 */
export function readOptions(args: readonly string[], names: readonly string[]): BenchOptions {
  const command = new Command('npm run bench --')
    .description('Measures the scorer beside what a user would pick instead; see bench/README.md.')
    .addOption(
      new Option('--only <names>', `scenarios, with commas between: ${names.join(', ')}`).argParser(listOf(names)),
    )
    .option('--slices <n>', 'slices of each contender (default: 9)', wholeFrom(1))
    .option('--seconds <n>', 'length of a slice (default: 2)', numberAbove(0))
    .option('--memory-minutes <n>', 'how long memory is watched; 0 leaves it out (default: 10)', numberFrom(0))
    .option('--tick-ms <n>', 'how often an open loop looks at what is due (default: 0.2)', numberAbove(0))
    .option('--model <dir>', 'a model directory with the inputs of the bundled model', bundledModelDirectory())
    .option('--out <dir>', 'where results and plots go (default: bench/results, with --quick .cache/bench)')
    .option('--quick', 'everything in two minutes, to see that it works; the figures mean nothing')
    .option('--render-only', 'write tables and plots of the results that are there')
    .addOption(
      new Option(
        '--against <dir>',
        'compare with the build of another checkout (or its dist folder), in pairs',
      ).conflicts(['only', 'slices', 'memoryMinutes', 'renderOnly']),
    )
    .addOption(
      new Option('--rows <names>', `with --against: some rows, of ${comparisonNames.join(', ')}`).argParser(
        listOf(comparisonNames),
      ),
    )
    .option('--pairs <n>', 'with --against: how many pairs (default: 7, with --quick 2)', wholeFrom(1))
    .exitOverride();
  command.parse([...args], { from: 'user' });
  const flags = command.opts<Flags>();
  if (flags.against === undefined && (flags.rows !== undefined || flags.pairs !== undefined)) {
    command.error("error: options '--rows' and '--pairs' are of use only with '--against <dir>'");
  }
  const leftOut = flags.memoryMinutes === 0 ? ['memory'] : [];
  return {
    scenarios: flags.renderOnly ? [] : (flags.only ?? names).filter((name) => !leftOut.includes(name)),
    directory: flags.out ?? (flags.quick ? quickDirectory : resultsDirectory),
    settings: settingsOf(flags),
    against: againstOf(flags),
  };
}

function againstOf({ against: directory, rows, pairs, quick }: Flags): AgainstOptions | null {
  if (directory === undefined) return null;
  return { directory, comparisons: rows ?? comparisonNames, pairs: pairs ?? (quick ? 2 : 7) };
}

function settingsOf({ model, quick, slices, seconds, memoryMinutes, tickMs }: Flags): Settings {
  const settings = quick ? quickSettings(model) : fullSettings(model, memoryMinutes);
  return {
    ...settings,
    tickMs: tickMs ?? settings.tickMs,
    slices: slices ?? settings.slices,
    sliceMs: seconds === undefined ? settings.sliceMs : seconds * 1000,
  };
}
