import { Random } from '../../../models/visa-fraud/generator/random.js';
import type { FileSinkOptions } from '../../../src/api/records.js';
import { runRecordingHost } from '../records/run-recording-host.js';
import type { Scenario } from '../scenario.js';

/** Small files, so that hosts are killed while one ends and another begins, too. */
const common = { maxFileBytes: 4 * 1024 * 1024 };

const sinks: readonly Omit<FileSinkOptions, 'directory'>[] = [
  { ...common, fsync: 'never' },
  { ...common, fsync: { everyMs: 50 }, flushMs: 5 },
  { ...common, fsync: 'always' },
  { ...common, format: 'ndjson', fsync: 'never' },
  { ...common, format: 'ndjson', gzip: true },
];

/** Answers before a host is killed, at most: 50 hosts record about a million decisions. */
const mostAnswers = 40_000;

/** Processes that record are killed, by SIGKILL: what is flushed stays, and the files can be read. */
export const records: Scenario = {
  name: 'records',
  does: 'hosts that record their decisions are killed at any moment; what they flushed must be there, and all of it readable',
  unit: 'kills',
  amount: 50,
  async run(context) {
    const { amount = this.amount, seed, workers, rows, onProgress } = context;
    const random = new Random(seed);
    const problems: string[] = [];
    const sum = { answered: 0, records: 0, flushed: 0, files: 0, truncated: 0 };
    for (let kill = 0; kill < amount; kill += 1) {
      const sink = sinks[kill % sinks.length] ?? common;
      const spec = { sink, after: 1 + random.index(mostAnswers), spinUs: random.index(40_000) };
      const found = await runRecordingHost({ ...spec, model: rows.model.directory, workers });
      for (const problem of found.problems) problems.push(`kill ${kill}, ${JSON.stringify(spec)}: ${problem}`);
      sum.answered += spec.after;
      sum.records += found.records;
      sum.flushed += found.flushed;
      sum.files += found.files;
      sum.truncated += found.truncated;
      onProgress(kill + 1, amount);
    }
    return { facts: { kills: amount, ...sum }, problems };
  },
};
