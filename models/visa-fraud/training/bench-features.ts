/** Transactions a second that the feature builder takes on one core: npx tsx models/visa-fraud/training/bench-features.ts */
import { processOutput } from '../../../src/cli/stream-output.js';
import { FeatureBuilder, generateTransactions } from '../reference.js';

processOutput();

const transactions = [...generateTransactions({ days: 60, customers: 3_000, terminals: 6_000 })];
const rates: number[] = [];
for (let round = 0; round < 5; round++) {
  const builder = new FeatureBuilder();
  const start = performance.now();
  for (const transaction of transactions) builder.next(transaction);
  rates.push(Math.round(transactions.length / ((performance.now() - start) / 1_000)));
}
rates.sort((a, b) => a - b);
console.log(`${transactions.length} transactions, five rounds: ${rates.join(', ')} transactions/s`);
