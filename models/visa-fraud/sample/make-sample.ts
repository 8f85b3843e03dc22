/**
 * Writes the bundled sample: npx tsx models/visa-fraud/sample/make-sample.ts
 * The content depends on nothing but `SAMPLE_OPTIONS` and the generator; a test compares the two.
 */

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { processOutput } from '../../../src/cli/stream-output.js';
import { CSV_HEADER, toCsvLine } from '../csv/to-csv-line.js';
import { generateTransactions } from '../generator/generate-transactions.js';
import { SAMPLE_OPTIONS } from './sample-options.js';

processOutput();

const file = fileURLToPath(new URL('transactions.csv.gz', import.meta.url));
const lines = [CSV_HEADER];
let frauds = 0;
for (const transaction of generateTransactions(SAMPLE_OPTIONS)) {
  lines.push(toCsvLine(transaction));
  if (transaction.isFraud === true) frauds++;
}
const packed = gzipSync(lines.join(''), { level: 9 });
writeFileSync(file, packed);
const count = lines.length - 1;
console.log(`${count} transactions, ${((100 * frauds) / count).toFixed(2)} % fraud, ${packed.length} bytes`);
