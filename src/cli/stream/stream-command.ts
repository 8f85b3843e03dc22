import { type Command, Option } from 'commander';
import type { Provider } from '../../api/provider.js';
import { FraudScorerError } from '../../errors.js';
import { systemClock } from '../../host/clock.js';
import type { StreamWorker } from '../../integrations/nats/index.js';
import { providers, wholeNumber } from '../arguments.js';
import { addConnectionOptions, type ConnectionFlags, connectNats, secretsHelp } from '../nats/connection.js';
import { exitCodes, type Output } from '../output.js';
import { StreamProgress } from './stream-progress.js';

interface StreamFlags extends ConnectionFlags {
  model: string;
  stream: string;
  consumer: string;
  subject?: string;
  to: string;
  deadLetter: string;
  maxInFlight: number;
  maxTries: number;
  retryDelayMs: number;
  ackWaitMs: number;
  confirmAcks?: true;
  workers?: number;
  provider?: Provider[];
  device: number;
  everySeconds: number;
  json?: true;
}

/** Adds `fraud-scorer stream`. @param end gets the exit code. */
export function addStreamCommand(program: Command, output: Output, end: (code: number) => void): void {
  const command = program
    .command('stream')
    .description('Scores the transactions of a JetStream stream and publishes the decisions, until it is told to end.')
    .helpOption('--help', 'show this help');
  addConnectionOptions(command)
    .requiredOption('--model <dir>', 'the model directory')
    .requiredOption('--stream <name>', 'the stream of transactions, each a request in JSON')
    .requiredOption('--consumer <name>', 'the durable consumer that all workers share; created if it does not exist')
    .option('--subject <filter>', 'the subjects that a new consumer delivers (default: all of the stream)')
    .requiredOption('--to <subject>', 'where decisions go')
    .requiredOption('--dead-letter <subject>', 'where transactions go that cannot be decided')
    .addOption(numberOption('--max-in-flight <n>', 'the most that are scored at the same time', 1, 10_000, 2_048))
    .addOption(numberOption('--max-tries <n>', 'attempts before a transaction is a dead letter', 1, 1_000, 5))
    .addOption(numberOption('--retry-delay-ms <ms>', 'until the second attempt; doubles', 1, 60_000, 1_000))
    .addOption(numberOption('--ack-wait-ms <ms>', 'of a new consumer', 1_000, 3_600_000, 30_000))
    .option('--confirm-acks', 'wait until the server has confirmed each acknowledgement')
    .addOption(
      new Option('--workers <n>', 'worker threads (default: one per CPU core but one)').argParser(wholeNumber(1, 256)),
    )
    .option('--provider <name>', 'score on this provider (default: cuda and cpu)', providers)
    .addOption(numberOption('--device <id>', 'the CUDA device id', 0, 1_023, 0))
    .addOption(numberOption('--every-seconds <n>', 'how often to write the progress', 1, 86_400, 10))
    .option('--json', 'write the progress as lines of JSON')
    .addHelpText('after', secretsHelp)
    .action(async (flags: StreamFlags) => end(await runStream(flags, output)));
}

/** @returns the exit code: 0 where it was told to end and has finished what it had. */
async function runStream(flags: StreamFlags, output: Output): Promise<number> {
  // Imported late, because only this command needs them. The client comes first: without it the rest cannot be loaded.
  const connection = await connectNats('fraud-scorer stream', flags);
  try {
    const { FraudScorer } = await import('../../index.js');
    const { scoreStream } = await import('../../integrations/nats/index.js');
    const { model, workers, provider, device } = flags;
    await using scorer = await FraudScorer.create({ model, workers, providers: provider, devices: [device] });
    const { stream, consumer, subject, to, deadLetter, maxInFlight, maxTries, retryDelayMs, ackWaitMs } = flags;
    const worker = await scoreStream(scorer, connection, {
      ...{ stream, consumer, subject, to, deadLetter, maxInFlight, maxTries, retryDelayMs, ackWaitMs },
      confirmAcks: flags.confirmAcks === true,
      logger: {
        info: () => {},
        warn: (message, fields) => output.error(`${message} ${JSON.stringify(fields)}\n`),
        error: (message, fields) => output.error(`${message} ${JSON.stringify(fields)}\n`),
      },
    });
    return await untilTold(worker, flags, output);
  } finally {
    await connection.close();
  }
}

/** The first signal drains the worker, the second one stops it. */
async function untilTold(worker: StreamWorker, flags: StreamFlags, output: Output): Promise<number> {
  const progress = new StreamProgress(worker, flags.json === true, output);
  const timer = systemClock.every(flags.everySeconds * 1_000, () => progress.write());
  let isTold = false;
  const tell = (): void => {
    void (isTold ? worker.stop() : worker.drain());
    isTold = true;
  };
  process.on('SIGINT', tell).on('SIGTERM', tell);
  output.error('Ready; SIGTERM or SIGINT drains, a second one stops\n');
  try {
    await worker.done;
    return exitCodes.ok;
  } catch (error) {
    if (!(error instanceof FraudScorerError)) throw error;
    output.error(`${error.message}\n`);
    return exitCodes.problem;
  } finally {
    process.off('SIGINT', tell).off('SIGTERM', tell);
    timer.clear();
    progress.write();
  }
}

function numberOption(flags: string, description: string, low: number, high: number, fallback: number): Option {
  return new Option(flags, description).argParser(wholeNumber(low, high)).default(fallback);
}
