/**
 * Writes what the models of this folder are trained on: some features of the bundled sample's transactions, and a few
 * plain columns (text, whole numbers) made from the transactions themselves.
 *
 *   npx tsx test/exports/write-features.ts FILE
 */
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readTransactions } from '../../models/visa-fraud/csv/read-transactions.js';
import { FEATURES, FeatureBuilder, type ReferenceInput } from '../../models/visa-fraud/reference.js';

const CHOSEN: Readonly<Record<ReferenceInput, readonly string[]>> = {
  transaction_features: [
    'amount_log',
    'amount_to_customer_mean_30d',
    'amount_customer_rank',
    'amount_to_terminal_mean_30d',
    'hour_sin',
    'hour_cos',
    'since_customer_last',
  ],
  user_features: ['customer_count_1d', 'customer_frauds_30d'],
  merchant_features: ['terminal_count_7d', 'terminal_fraud_share_7d', 'terminal_frauds_30d'],
};
const INPUTS: readonly ReferenceInput[] = ['transaction_features', 'user_features', 'merchant_features'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAY_PARTS = ['night', 'morning', 'afternoon', 'evening'];

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error('expected the file to write, received nothing');
const places = INPUTS.flatMap((input) =>
  CHOSEN[input].map((name) => {
    const place = FEATURES[input].findIndex((feature) => feature.name === name);
    if (place < 0) throw new Error(`no feature ${name} in ${input}`);
    return { input, name, place };
  }),
);
const sample = fileURLToPath(new URL('../../models/visa-fraud/sample/transactions.csv.gz', import.meta.url));
const builder = new FeatureBuilder();
const out = createWriteStream(file);
out.write(`${[...places.map(({ name }) => name), 'amount', 'hour', 'weekday', 'day_part', 'is_fraud'].join(',')}\n`);
for await (const transaction of readTransactions(sample)) {
  const features = builder.next(transaction);
  const time = new Date(transaction.timestampMs);
  const hour = time.getUTCHours();
  const row = [
    ...places.map(({ input, place }) => features[input][place]),
    transaction.amount,
    hour,
    WEEKDAYS[time.getUTCDay()],
    DAY_PARTS[Math.floor(hour / 6)],
    Number(transaction.isFraud === true),
  ];
  out.write(`${row.join(',')}\n`);
}
out.end();
