import { SingleBar } from 'cli-progress';
import { processOutput } from '../../../src/cli/stream-output.js';
import { readTransactions } from '../csv/read-transactions.js';
import { generateTransactions } from '../reference.js';
import { DAY_MS } from '../units.js';
import { type FeatureFileOptions, writeFeatureFile } from './feature-file.js';
import { TRAINING_OPTIONS } from './training-options.js';

processOutput();

/** Writes the features of a file's transactions, or of the generator's where there is none, behind a progress bar. */
export async function writeFeaturesShown(
  input: string | undefined,
  folder: string,
  options: Omit<FeatureFileOptions, 'onProgress'>,
): Promise<void> {
  const bar = new SingleBar({ format: 'features {bar} {percentage}% | {rows} transactions' });
  let rows = 0;
  let share = 0;
  const transactions = input === undefined ? generated() : readTransactions(input, { onProgress });
  bar.start(1, 0, { rows });
  try {
    const written = await writeFeatureFile(transactions, folder, {
      ...options,
      onProgress: (count) => {
        rows = count;
        bar.update(share, { rows });
      },
    });
    bar.update(1, { rows: written });
    bar.stop();
    console.log(`features of ${written} transactions written`);
  } finally {
    bar.stop();
  }

  function* generated() {
    const { days = 30, startDate = '2025-01-01' } = TRAINING_OPTIONS;
    const startMs = Date.parse(`${startDate}T00:00:00Z`);
    for (const transaction of generateTransactions(TRAINING_OPTIONS)) {
      share = (transaction.timestampMs - startMs) / (days * DAY_MS);
      yield transaction;
    }
  }

  function onProgress(bytesRead: number, totalBytes: number): void {
    share = bytesRead / totalBytes;
  }
}
