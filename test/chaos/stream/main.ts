/** `npm run chaos:stream`: see test/README.md. */

import { Command, Option } from 'commander';
import { wholeNumber } from '../../../src/cli/arguments.js';
import { parseOrExit } from '../../../src/cli/parse-or-exit.js';
import { runStreamChaos } from './stream-chaos.js';

const command = new Command('chaos:stream')
  .description('Scores a stream on three nodes that are killed, hung and drained, and checks each decision.')
  .addOption(new Option('--transactions <n>', 'how many').argParser(wholeNumber(1_000, 100_000_000)).default(1_000_000))
  .addOption(new Option('--faults <n>', 'how many, spread over them').argParser(wholeNumber(0, 10_000)).default(60))
  .addOption(
    new Option('--ack-wait-ms <n>', "the consumer's ack wait").argParser(wholeNumber(1_000, 60_000)).default(2_000),
  );
await parseOrExit(command);
const { transactions, faults, ackWaitMs } = command.opts<{ transactions: number; faults: number; ackWaitMs: number }>();

let shown = 0;
const report = await runStreamChaos({
  ...{ transactions, faults, ackWaitMs },
  onProgress: (decided, fault) => {
    if (fault === null && performance.now() - shown < 10_000) return;
    shown = performance.now();
    console.log(`${decided} decided${fault === null ? '' : `; ${fault}`}`);
  },
});
console.log(JSON.stringify(report, null, 2));
const { missing, twice, wrongVersion, deadLetters, stalled } = report;
if (missing + twice + wrongVersion + deadLetters > 0 || stalled !== null) process.exitCode = 1;
