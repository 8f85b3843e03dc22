import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FraudScorer } from 'fraud-scorer';

// In your project, run this once in a shell: npx fraud-scorer adopt model.onnx --out models/fraud --missing nan --features amount,hour,…
const directory = join(mkdtempSync(join(tmpdir(), 'fraud-')), 'model');
const cli = fileURLToPath(new URL('dist/cli.js', import.meta.resolve('fraud-scorer/package.json')));
const file = fileURLToPath(new URL('model.onnx', import.meta.url));
const names = 'amount,hour,hours_since_customer_last,amount_to_customer_mean,terminal_fraud_share_28d';
const adopt = [cli, 'adopt', file, '--out', directory, '--missing', 'nan', '--features', names];
console.log(execFileSync(process.execPath, adopt, { encoding: 'utf8' }));

const scorer = await FraudScorer.create({ model: directory });
const usual = { amount: 4.42, hour: 15, hours_since_customer_last: 0.2, amount_to_customer_mean: 0.8 };
const unusual = { amount: 658.11, hour: 18, hours_since_customer_last: 21.3, amount_to_customer_mean: 8 };
// Features by name, in any order. The model was trained with missing values, so one may be null or left out.
for (const features of [
  { ...usual, terminal_fraud_share_28d: 0.01 },
  { ...unusual, terminal_fraud_share_28d: null },
]) {
  const { decision, fraudProbability } = await scorer.score({ features });
  console.log(`${features.amount}: ${decision}, probability of fraud ${fraudProbability?.toFixed(4)}`);
}
await scorer.close();
rmSync(directory, { recursive: true });
