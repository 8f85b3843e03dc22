import { systemClock } from '../../host/clock.js';
import type { ModelDirectory } from '../../models/model-directory.js';
import type { RecordsFinding } from '../../records/read/findings.js';
import { type AgainstOptions, AgainstReplay } from './against/against-replay.js';
import { readLabels } from './against/labels.js';
import type { BatchPart, RecordedBatch, RecordedRow } from './batch.js';
import { BatchQueue, type RowOutcome } from './batch-queue.js';
import { BatchWindow } from './batch-window.js';
import { type Environment, environmentHere } from './environment.js';
import { writeFeatures } from './feature-bytes.js';
import { type Excuse, isExcuse, type LoadedModel, ModelsOfVersions } from './loaded-model.js';
import type { ModelFolder } from './model-folder.js';
import { readParts } from './read-parts.js';
import { RecordedVersions } from './recorded-version.js';
import type { ReplayedRecord, ReplayReport } from './replay-report.js';
import { resultOf } from './replay-result.js';
import { ReplayRunner } from './replay-runner.js';
import { ReplayTally } from './replay-tally.js';
import { SeenRows } from './seen-rows.js';
import type { SourceFile } from './source-files.js';
import { verdictOf } from './verdict.js';

export interface ReplayOptions {
  files: readonly SourceFile[];
  models: ModelFolder;
  /** How far scores may be apart, absolute. */
  tolerance: number;
  /** Version of this package. */
  package: string;
  /** Stops after so many decisions. */
  limit?: number | undefined;
  against?: { model: ModelDirectory; policy: AgainstOptions['policy'] } | undefined;
  onProgress?: (bytes: number, totalBytes: number, decisions: number) => void;
  /** Told of each record. */
  onRecord?: ((record: ReplayedRecord) => void) | undefined;
  signal?: AbortSignal;
}

const fallbackExcuse: Excuse = {
  code: 'decided-by-fallback',
  why: 'the fallback decided: no model gave a score',
};
const absentExcuse: Excuse = { code: 'input-absent', why: 'the record has no features' };
const maskedExcuse: Excuse = { code: 'input-masked', why: 'features of the record are masked' };

/**
 * Computes recorded decisions again, in batches as they were, and says what is the same.
 *
 * @throws {Error} where a file can't be read, or the workers die.
 */
export async function replayFiles(options: ReplayOptions): Promise<ReplayReport> {
  const startedMs = systemClock.now();
  const replay = new Replay(options, environmentHere(options.package));
  try {
    const found = await replay.run();
    return { ...found, seconds: (systemClock.now() - startedMs) / 1_000 };
  } finally {
    await replay.close();
  }
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #tally: ReplayTally;
  readonly #runner: ReplayRunner;
  readonly #models: ModelsOfVersions;
  readonly #window = new BatchWindow();
  readonly #seen = new SeenRows();
  readonly #queues = new Map<LoadedModel, BatchQueue>();
  readonly #batches = { run: 0, rowsNotRecorded: 0 };
  readonly #damaged: ReplayReport['damaged'] = [];
  #against: AgainstReplay | null = null;
  #unfinished = 0;
  #taken = 0;

  constructor(options: ReplayOptions, here: Environment) {
    this.#options = options;
    this.#tally = new ReplayTally(here, options.onRecord ?? null);
    this.#runner = new ReplayRunner(undefined, options.signal);
    this.#models = new ModelsOfVersions(options.models);
  }

  async run(): Promise<Omit<ReplayReport, 'seconds'>> {
    const { files, tolerance, limit = Number.POSITIVE_INFINITY, against, onProgress, signal } = this.#options;
    const readOnce = files.reduce((sum, { bytes }) => sum + bytes, 0);
    // Labels stand behind their decisions: they are read first.
    const totalBytes = against === undefined ? readOnce : 2 * readOnce;
    let bytes = 0;
    const onBytes = (more: number): void => {
      bytes += more;
      onProgress?.(bytes, totalBytes, this.#tally.decisions);
    };
    if (against !== undefined) {
      const labels = await readLabels(files, onBytes);
      this.#against = new AgainstReplay({ ...against, labels, runner: this.#runner });
    }
    const parts = readParts(files, {
      versions: new RecordedVersions(),
      wants: 'all',
      onFinding: (finding) => this.#note(finding),
      onBytes,
    });
    for await (const read of parts) {
      signal?.throwIfAborted();
      if (read.kind === 'part') await this.#add(this.#seen.without(read.part));
      if (this.#taken >= limit) break;
    }
    for (const batch of this.#window.end()) await this.#run(batch);
    for (const queue of this.#queues.values()) await queue.end();
    const summary = this.#tally.summary();
    return {
      result: resultOf({ ...summary, damaged: this.#damaged }),
      files: files.map(({ path }) => path),
      tolerance,
      ...summary,
      batches: this.#batches,
      repeated: this.#seen.repeated,
      damaged: this.#damaged,
      unfinishedFiles: this.#unfinished,
      against: (await this.#against?.end()) ?? null,
    };
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }

  #note(finding: RecordsFinding): void {
    const { what, file, byte } = finding;
    if (what === 'truncated-tail') this.#unfinished += 1;
    else if (what === 'damaged') this.#damaged.push({ file, at: byte, bytes: finding.bytes, why: finding.reason });
    else if (what === 'unknown-format') {
      const why = `format ${finding.found}, which this version of fraud-scorer does not know`;
      this.#damaged.push({ file, at: byte, bytes: null, why });
    }
  }

  async #add(part: BatchPart): Promise<void> {
    this.#taken += part.rows.length;
    const { batch } = part;
    if (batch === null) {
      for (const row of part.rows) {
        this.#tally.excuse(row, part, fallbackExcuse);
        this.#against?.skip(row);
      }
      return;
    }
    for (const done of this.#window.add({ ...part, batch })) await this.#run(done);
  }

  async #run(batch: RecordedBatch): Promise<void> {
    const model = await this.#models.of(batch.version);
    await this.#against?.add(batch, isExcuse(model) ? null : model);
    const rows: RecordedRow[] = [];
    for (const row of batch.rows) {
      const excuse = excuseOf(row) ?? (isExcuse(model) ? model : null);
      if (excuse === null) rows.push(row);
      else this.#tally.excuse(row, batch, excuse);
    }
    if (rows.length === 0 || isExcuse(model)) return;
    this.#batches.run += 1;
    this.#batches.rowsNotRecorded += batch.size - rows.length;
    await this.#queueOf(model).add({ ...batch, rows });
  }

  #queueOf(model: LoadedModel): BatchQueue {
    const known = this.#queues.get(model);
    if (known !== undefined) return known;
    const queue = new BatchQueue({
      runner: this.#runner,
      model,
      write: ({ features }, _, bytes) => features !== null && writeFeatures(bytes, features, model.layout, model.texts),
      onRow: (row, batch, outcome) => this.#judge(row, batch, outcome, queue, model),
      withAttention: true,
    });
    this.#queues.set(model, queue);
    return queue;
  }

  #judge(
    row: RecordedRow,
    batch: RecordedBatch,
    outcome: RowOutcome,
    { failure }: BatchQueue,
    model: LoadedModel,
  ): void {
    if (outcome === 'unreadable') {
      const why = 'its features are not those of the inputs in model.json';
      this.#tally.excuse(row, batch, { code: 'inputs-differ', why });
    } else if (outcome === 'failed') {
      const why = failure ?? 'the runtime fails on its batch';
      this.#tally.excuse(row, batch, { code: 'does-not-run', why });
    } else {
      this.#tally.judge(row, batch, verdictOf(row, outcome, this.#options.tolerance), model);
    }
  }
}

/** Why a row of a batch can't be replayed whatever models there are. */
function excuseOf({ features, isMasked, fraudProbability, riskScore }: RecordedRow): Excuse | null {
  if (fraudProbability === null || riskScore === null) return fallbackExcuse;
  if (features === null) return absentExcuse;
  return isMasked ? maskedExcuse : null;
}
