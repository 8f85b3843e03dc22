/**
 * What drift costs: of each row that is taken, and of a look at the window.
 *
 *   npx tsx bench/measure-drift.ts
 */
import { FeatureBuilder, generateTransactions } from '../models/visa-fraud/reference.js';
import { driftWatchOf } from '../src/deployments/drift-watch-of.js';
import { systemClock } from '../src/host/clock.js';
import { bundledModelDirectory } from '../src/models/bundled-model.js';
import { readModelDirectory } from '../src/models/model-directory.js';
import { rowLayoutOf } from '../src/protocol/row-layout.js';
import { FeatureRows } from '../src/requests/feature-rows.js';
import { writeFeatures } from '../src/requests/read-request.js';

const rows = 4_096;
const rounds = 41;

const { manifest } = await readModelDirectory(bundledModelDirectory());
const memory = new FeatureRows(rowLayoutOf(manifest.inputs), rows, 0, manifest.inputs);
const options = { maxRowsPerSecond: 1_000, windowRows: 4_000, windowMs: 86_400_000, minRows: 500 };
const drift = driftWatchOf(manifest, memory, options, systemClock);
if (drift === null) throw new Error('the bundled model has no reference');
const builder = new FeatureBuilder();
let written = 0;
for (const transaction of generateTransactions({ seed: 5, days: 30, customers: 200, terminals: 400 })) {
  if (written === rows) break;
  writeFeatures(builder.next(transaction), memory.layout, memory.floats, written, memory.reader);
  written += 1;
}

/** The middle of many rounds: the machine may be busy in some. */
function median(measure: () => number): number {
  const seen = Array.from({ length: rounds }, measure).sort((a, b) => a - b);
  return seen[rounds >> 1] as number;
}

const rowUs = median(() => {
  const start = systemClock.now();
  for (let row = 0; row < rows; row += 1) drift.add(row, (row % 1_000) / 50_000, start);
  return ((systemClock.now() - start) / rows) * 1_000;
});
const lookUs = median(() => {
  const start = systemClock.now();
  for (let look = 0; look < 20; look += 1) drift.summary;
  return ((systemClock.now() - start) / 20) * 1_000;
});
console.log(`a row: ${rowUs.toFixed(2)} us; a look: ${lookUs.toFixed(0)} us; ${drift.summary.watched} features`);
