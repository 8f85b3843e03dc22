import { Command, CommanderError, Option } from 'commander';
import type { Provider } from '../api/provider.js';
import { FraudScorerError, InvalidOptionsError } from '../errors.js';
import { checkModel } from '../tools/check-model.js';
import { profileModel } from '../tools/profile-model.js';
import { UnwrittenFileError } from '../tools/score-file/score-file-error.js';
import { describeAdopt } from './adopt.js';
import { positiveNumber, providers, wholeNumber, wholeNumbers } from './arguments.js';
import { checkText } from './check-text.js';
import { examine } from './doctor.js';
import { doctorText } from './doctor-text.js';
import { describeExplain } from './explain.js';
import { addFleetCommand } from './fleet/fleet-command.js';
import { asJson, escapedOutput, exitCodes, type Output } from './output.js';
import { packageManifest } from './package-manifest.js';
import { profileText } from './profile-text.js';
import { recommendations } from './recommend.js';
import { describeRecords } from './records.js';
import { describeReference } from './reference.js';
import { describeReplay } from './replay.js';
import { describeScore } from './score.js';
import { addStreamCommand } from './stream/stream-command.js';
import { addTypesCommand } from './types-command.js';
import { addWatchCommand } from './watch/watch-command.js';

interface Common {
  json?: true;
  device: number;
  provider?: Provider[];
}

interface ProfileOptions extends Common {
  batchSizes?: number[];
  sessions?: number[];
  runs: number;
  target: 'throughput' | 'latency';
  targetLatencyMs: number;
}

/**
 * Runs a command line.
 *
 * @param args the arguments without the names of Node.js and of the program.
 * @returns the exit code: see `exitCodes`.
 */
export async function runCli(args: readonly string[], bareOutput: Output): Promise<number> {
  const output = escapedOutput(bareOutput);
  let code: number = exitCodes.ok;
  const program = describeCommands(output, (end) => {
    code = end;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const isUnwritten = error instanceof UnwrittenFileError;
    if (!isUnwritten && !(error instanceof FraudScorerError)) throw error;
    output.error(`${error.message}\n`);
    if (isUnwritten) return exitCodes.unwritten;
    return error instanceof InvalidOptionsError ? exitCodes.usage : exitCodes.problem;
  }
}

function describeCommands(output: Output, end: (code: number) => void): Command {
  const endWith = (isWell: boolean): void => end(isWell ? exitCodes.ok : exitCodes.problem);
  const program = new Command('fraud-scorer')
    .description('Checks a machine and models for fraud-scorer.')
    .version(packageManifest().version, '--version', 'show the version')
    .helpOption('--help', 'show this help')
    .exitOverride()
    // `adopt` has its own option --version.
    .enablePositionalOptions()
    .configureOutput({ writeOut: (text) => output.write(text), writeErr: (text) => output.error(text) });
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .helpOption('--help', 'show this help')
      .addOption(new Option('--device <id>', 'the CUDA device id').argParser(wholeNumber(0, 1_023)).default(0))
      .option('--json', 'write JSON, for machines');

  command('doctor', 'Shows what this machine has, which providers work, and why the others do not work.')
    .option(
      '--provider <name>',
      'exit with 1 if this provider does not work (cuda, tensorrt, cpu; separate several with commas)',
      providers,
    )
    .action(async ({ provider, device, json }: Common) => {
      const report = await examine({ required: provider ?? [], device });
      output.write(json ? asJson(report) : doctorText(report));
      endWith(report.problems.length === 0);
    });

  command('profile <dir>', 'Measures a model by batch size and sessions, and recommends batching options.')
    .option('--provider <name>', 'profile this provider (default: cuda and cpu)', providers)
    .option('--batch-sizes <list>', 'batch sizes in rows, separated by commas', wholeNumbers(1, 1_048_576))
    .option(
      '--sessions <list>',
      'numbers of sessions at the same time (default: 1,2,4 on a GPU, 1 on the CPU)',
      wholeNumbers(1, 64),
    )
    .addOption(new Option('--runs <n>', 'timed runs at each batch size').argParser(wholeNumber(1, 100_000)).default(50))
    .addOption(
      new Option('--target <what>', 'the goal of the recommendation')
        .choices(['throughput', 'latency'])
        .default('throughput'),
    )
    .addOption(
      new Option('--target-latency-ms <ms>', 'the latency that a request may take, in ms')
        .argParser(positiveNumber)
        .default(10),
    )
    .action(async (directory: string, options: ProfileOptions) => {
      const { provider, batchSizes, sessions, runs, device, target, targetLatencyMs, json } = options;
      const profile = await profileModel(directory, { providers: provider, batchSizes, sessions, runs, device });
      const recommended = await recommendations(profile, target, targetLatencyMs);
      output.write(json ? asJson({ profile, recommendations: recommended }) : profileText(profile, recommended));
      const { entries, unavailable } = profile;
      const isMissing = (provider ?? []).some((name) => !entries.some((entry) => entry.provider === name));
      const areTooMany =
        sessions !== undefined &&
        unavailable.some((trial) => entries.some((entry) => entry.provider === trial.provider));
      endWith(entries.length > 0 && !isMissing && !areTooMany);
    });

  command('check <dir>', 'Checks a model directory: manifest, integrity, graph, and the rows in its cases.json.')
    .option('--provider <name>', 'check it on this provider (default: cpu)', providers)
    .action(async (directory: string, { provider, device, json }: Common) => {
      const check = await checkModel(directory, { device, ...(provider === undefined ? {} : { providers: provider }) });
      output.write(json ? asJson(check) : checkText(check));
      endWith(check.problems.length === 0);
    });
  addTypesCommand(program, output);
  addWatchCommand(program, output, end);
  addStreamCommand(program, output, end);
  addFleetCommand(program, output, end);

  describeAdopt(
    program
      .command('adopt <file>')
      .description('Makes a model directory from an ONNX file, and reports what it found and did.')
      .helpOption('--help', 'show this help'),
    output,
    endWith,
  );

  describeScore(
    program
      .command('score <file>')
      .description('Scores the rows of a CSV or NDJSON file. With labels, also shows the effect of other thresholds.')
      .helpOption('--help', 'show this help'),
    output,
    endWith,
  );

  describeReference(
    program
      .command('reference <dir>')
      .description("Writes a reference of features and scores into a model's manifest. Drift is measured against it.")
      .helpOption('--help', 'show this help'),
    output,
    endWith,
  );

  describeRecords(
    program
      .command('records <files...>')
      .description('Writes decision records as lines of JSON. FILES are files, or directories of them.')
      .helpOption('--help', 'write this'),
    output,
    endWith,
  );

  describeReplay(
    program
      .command('replay <files...>')
      .description('Computes recorded decisions again, and says what another model would have decided.')
      .helpOption('--help', 'write this'),
    output,
    end,
  );

  describeExplain(
    program
      .command('explain <files...>')
      .description('Says from its record why a decision was taken.')
      .helpOption('--help', 'write this'),
    output,
    endWith,
  );
  return program;
}
