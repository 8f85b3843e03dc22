import { Buffer } from 'node:buffer';
import { FraudScorerError } from '../../errors.js';
import { outputsPerRow } from '../../protocol/outputs.js';
import type { ReplayedBatches } from '../../protocol/tools.js';
import type { RecordedBatch, RecordedRow } from './batch.js';
import type { LoadedModel } from './loaded-model.js';
import type { ReplayRunner } from './replay-runner.js';

/** What the model gave for a row. */
export interface RowOutputs {
  fraudProbability: number;
  riskScore: number;
  /** What the graph gave, float32; empty where the scores are that. */
  rawOutputs: ArrayLike<number>;
  /** float32; null where the model gives none, or the queue was not told to compare it. */
  attention: Float32Array | null;
}

/** What a row came to; `unreadable` where its features are not those of the model; `failed` where the runtime failed on its batch. */
export type RowOutcome = RowOutputs | 'unreadable' | 'failed';

export interface BatchQueueOptions {
  runner: ReplayRunner;
  model: LoadedModel;
  /** Writes a row's features to its place. @returns false where it has none that the model takes. */
  write: (row: RecordedRow, batch: RecordedBatch, bytes: Buffer) => boolean;
  onRow: (row: RecordedRow, batch: RecordedBatch, outcome: RowOutcome) => void;
  /** Whether attention is computed where it was recorded. */
  withAttention: boolean;
}

/** Rows that are sent together, and bytes. */
const rowsTogether = 8_192;
const bytesTogether = 8 * 1024 * 1024;

interface Sent {
  batches: readonly RecordedBatch[];
  unreadable: ReadonlySet<RecordedRow>;
  reply: Promise<ReplayedBatches | { error: FraudScorerError }>;
}

/** Takes batches through a model, many at a time, and tells of their rows in their order. */
export class BatchQueue {
  readonly #options: BatchQueueOptions;
  readonly #rowBytes: number;
  readonly #sent: Sent[] = [];
  #waiting: RecordedBatch[] = [];
  #rows = 0;
  /** Why the model can't be run at all; null where it can. */
  failure: string | null = null;

  constructor(options: BatchQueueOptions) {
    this.#options = options;
    this.#rowBytes = options.model.layout.stride * 4;
  }

  async add(batch: RecordedBatch): Promise<void> {
    this.#waiting.push(batch);
    this.#rows += batch.size;
    if (this.#rows >= rowsTogether || this.#rows * this.#rowBytes >= bytesTogether) await this.#send();
  }

  async end(): Promise<void> {
    if (this.#waiting.length > 0) await this.#send();
    while (this.#sent.length > 0) await this.#land();
  }

  async #send(): Promise<void> {
    const { runner, model, write, withAttention } = this.#options;
    const batches = this.#waiting;
    const bytes = Buffer.from(new SharedArrayBuffer(this.#rows * this.#rowBytes));
    const unreadable = new Set<RecordedRow>();
    let first = 0;
    for (const batch of batches) {
      // What was not recorded stays 0.
      for (const row of batch.rows) {
        const at = (first + row.place) * this.#rowBytes;
        if (!write(row, batch, bytes.subarray(at, at + this.#rowBytes))) unreadable.add(row);
      }
      first += batch.size;
    }
    this.#waiting = [];
    this.#rows = 0;
    const sizes = batches.map(({ size }) => size);
    const features = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const attention = withAttention && batches.some(({ rows }) => rows.some((row) => row.attention !== null));
    const reply = runner.run({ model: model.kept, sizes, features, attention }).catch((error: unknown) => {
      if (error instanceof FraudScorerError) return { error };
      throw error;
    });
    // Landed in turn: until then nobody listens.
    reply.catch(() => {});
    this.#sent.push({ batches, unreadable, reply });
    while (this.#sent.length > runner.room) await this.#land();
  }

  async #land(): Promise<void> {
    const sent = this.#sent.shift();
    if (sent === undefined) return;
    const reply = await sent.reply;
    if ('error' in reply) {
      // A worker that died, or is told to end, is no fault of the model's.
      if (reply.error.code !== 'ERR_MODEL_INVALID') throw reply.error;
      this.failure ??= reply.error.message;
    }
    const { onRow } = this.#options;
    const failed = 'error' in reply ? null : new Set(reply.failed);
    let first = 0;
    for (const [index, batch] of sent.batches.entries()) {
      for (const row of batch.rows) {
        if (sent.unreadable.has(row)) onRow(row, batch, 'unreadable');
        else if ('error' in reply || failed?.has(index) === true) onRow(row, batch, 'failed');
        else onRow(row, batch, outputsAt(reply, first + row.place));
      }
      first += batch.size;
    }
  }
}

function outputsAt(batches: ReplayedBatches, row: number): RowOutputs {
  const { scores, raw, rawWidth, attention, attentionWidth } = batches;
  const at = row * outputsPerRow;
  return {
    fraudProbability: scores[at] as number,
    riskScore: scores[at + 1] as number,
    rawOutputs: raw.subarray(row * rawWidth, (row + 1) * rawWidth),
    attention: attention?.subarray(row * attentionWidth, (row + 1) * attentionWidth) ?? null,
  };
}
