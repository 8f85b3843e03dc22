import { Command, Option } from 'commander';
import type { Provider } from 'fraud-scorer';
import { defaultWorkers } from '../../src/pool/default-workers.js';
import { listOf, wholeFrom } from '../arguments.js';
import { partPlans } from './parts/plan.js';
import type { GpuSettings } from './settings.js';

export interface GpuBenchOptions {
  /** The parts' names, in the order they are run. */
  parts: readonly string[];
  /** Where the JSON goes. */
  directory: string;
  budgetSeconds: number;
  settings: GpuSettings;
}

interface Flags {
  only?: string[];
  provider: Provider;
  device: number;
  sessions: number;
  batchSize?: number;
  soakSeconds: number;
  budgetSeconds: number;
  model: string;
  golden: string;
  kinds: string;
  out: string;
}

const names = partPlans.map(({ name }) => name);

/**
 * Reads the command line, without the program's own name. Paths are from the working directory, the checkout's root.
 *
 * @throws {CommanderError} where it is not as described, or asked for help; what to say is written already.
 */
export function readGpuOptions(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): GpuBenchOptions {
  const command = new Command('node .gpu/bench/main.mjs')
    .description('Measures the scorer on a GPU, whether it is right first; see bench/gpu/README.md.')
    .addOption(new Option('--only <names>', `parts, with commas between: ${names.join(', ')}`).argParser(listOf(names)))
    .addOption(
      new Option('--provider <name>', 'the execution provider').choices(['cuda', 'tensorrt', 'cpu']).default('cuda'),
    )
    .option('--device <id>', "the CUDA device's id", wholeFrom(0), 0)
    .option('--sessions <n>', 'sessions where they are not varied', wholeFrom(1), 2)
    .option('--batch-size <n>', 'maxBatchSize of score() (default: 1024; of the CPU 256)', wholeFrom(1))
    .option('--soak-seconds <n>', 'how long the soak is; 0 leaves it out', wholeFrom(0), 300)
    .option('--budget-seconds <n>', 'everything ends within so many', wholeFrom(10), 520)
    .option('--model <dir>', 'a model directory with the inputs of the bundled model', 'models/visa-fraud/1')
    .option('--golden <dir>', 'the golden cases: model.json, its model and cases.json', 'test/fixtures/golden')
    .option('--kinds <dir>', 'a folder with the model directories int64 and float16', 'test/fixtures/models')
    .option('--out <dir>', 'where the JSON goes (default: $OUT, else .cache/gpu-bench)', outDirectory(environment))
    .exitOverride();
  command.parse([...args], { from: 'user' });
  const flags = command.opts<Flags>();
  const parts = flags.only ?? names;
  return {
    parts,
    directory: flags.out,
    budgetSeconds: flags.budgetSeconds,
    settings: settingsOf(flags),
  };
}

function settingsOf({ provider, device, sessions, soakSeconds, batchSize, model, golden, kinds }: Flags): GpuSettings {
  const isCpu = provider === 'cpu';
  return {
    provider,
    device,
    model,
    golden,
    kinds,
    sessions,
    batchSize: batchSize ?? (isCpu ? 256 : 1_024),
    columnBatchSize: batchSize ?? (isCpu ? 256 : 8_192),
    soakSeconds,
    cpuWorkers: Math.max(1, defaultWorkers(undefined).workers - 1),
  };
}

function outDirectory({ OUT }: NodeJS.ProcessEnv): string {
  return OUT === undefined || OUT === '' ? '.cache/gpu-bench' : OUT;
}
