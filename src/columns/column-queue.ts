import type { ColumnScores } from '../api/result.js';
import { type FraudScorerError, InferenceError, InvalidRequestError, WorkerLostError } from '../errors.js';
import type { DecisionCounts } from '../monitoring/counts.js';
import { LostTask } from '../pool/lost-task.js';
import type { BatchReply, ColumnsTask } from '../protocol/serving.js';
import { BatchLatencyModel } from '../scheduling/latency-model.js';
import type { ColumnAreas } from './column-areas.js';
import type { Chunk, ColumnCall } from './column-call.js';
import { copyRows } from './column-values.js';

/** The share of the target latency that one chunk may take, because requests that arrive meanwhile wait behind it. */
const chunkShare = 1 / 8;

const minChunkRows = 64;

export interface ColumnQueueOptions {
  areas: ColumnAreas;
  targetLatencyMs: number;
  run: (task: ColumnsTask) => Promise<BatchReply>;
  /**
   * @param scores receives the scores of the rows, starting at `row`.
   * @param counts the decisions are added here.
   * @throws {InferenceError} if the outputs are not valid scores.
   */
  score: (outputs: Float32Array, rows: number, scores: ColumnScores, row: number, counts: DecisionCounts) => void;
  onScored: (rows: number) => void;
  onAnswered: (call: ColumnCall) => void;
  onFailed: (call: ColumnCall, error: FraudScorerError) => void;
}

/** The open calls of `scoreColumns`, in order of arrival, and their chunks in flight. */
export class ColumnQueue {
  readonly #options: ColumnQueueOptions;
  /** Calls whose values are being checked. */
  readonly #checking = new Set<ColumnCall>();
  readonly #calls = new Set<ColumnCall>();
  readonly #latency = new BatchLatencyModel();
  /** Number of chunks that workers hold. Read by others. */
  inFlight = 0;
  /** Number of open calls, without those whose values are being checked. Read by others. */
  openCalls = 0;

  constructor(options: ColumnQueueOptions) {
    this.#options = options;
  }

  /** Whether rows wait for a worker. */
  get isWaiting(): boolean {
    return this.#next() !== undefined;
  }

  /** Whether every call is settled. Workers may still hold chunks of calls that were settled early. */
  get isIdle(): boolean {
    return this.#checking.size === 0 && this.#calls.size === 0;
  }

  /** @param call its values will be checked next. */
  announce(call: ColumnCall): void {
    this.#checking.add(call);
  }

  /** @param call its values have been checked. */
  add(call: ColumnCall): void {
    this.#checking.delete(call);
    // Reading the values may have run the host's code, which may have aborted the call.
    if (call.isSettled) return;
    if (call.rows === 0) this.#answer(call);
    else this.#calls.add(call);
    this.openCalls = this.#calls.size;
  }

  /** Settles a call early with an error. @returns whether the call was still open. */
  giveUp(call: ColumnCall, error: FraudScorerError): boolean {
    this.#checking.delete(call);
    this.#calls.delete(call);
    this.openCalls = this.#calls.size;
    const isFirst = call.settle();
    if (isFirst) this.#options.onFailed(call, error);
    return isFirst;
  }

  /** @returns how many calls were still open. */
  giveUpAll(errorOf: () => FraudScorerError): number {
    const calls = [...this.#checking, ...this.#calls];
    return calls.filter((call) => this.giveUp(call, errorOf())).length;
  }

  /** Sends the next chunk. Resolves when it has come back or has failed. */
  async send(): Promise<void> {
    const call = this.#next();
    const area = this.#options.areas.claim();
    if (call === undefined || area === undefined) throw new Error('columns were sent that do not wait');
    const chunk = call.take(this.#chunkRows());
    this.inFlight += 1;
    let isHeld: Promise<void> | null = null;
    try {
      if (!this.#fill(area, call, chunk)) throw changedError();
      const reply = await this.#options.run({ kind: 'columns', area, rows: chunk.rows });
      if ('error' in reply) throw new InferenceError(`The runtime failed on a chunk of rows: ${reply.error}`);
      this.#latency.record(chunk.rows, reply.inferenceMs);
      this.#read(area, call, chunk);
    } catch (error) {
      // A hung worker may still write. Nobody gets the area until that is impossible.
      if (error instanceof LostTask) isHeld = error.letGo;
      this.#failed(call, chunk, error);
    } finally {
      this.inFlight -= 1;
      if (isHeld === null) this.#options.areas.release(area);
      else void isHeld.then(() => this.#options.areas.release(area));
    }
  }

  #next(): ColumnCall | undefined {
    for (const call of this.#calls) if (call.isWaiting) return call;
    return undefined;
  }

  #chunkRows(): number {
    const { areas, targetLatencyMs } = this.#options;
    const perRowMs = this.#latency.coefficients?.perRowMs ?? 0;
    const rows = perRowMs === 0 ? areas.memory.rows : Math.floor((targetLatencyMs * chunkShare) / perRowMs);
    return Math.min(Math.max(rows, minChunkRows), areas.memory.rows);
  }

  /** @returns whether the values are still those that were checked, as far as this can be seen. */
  #fill(area: number, { columns }: ColumnCall, { row, rows }: Chunk): boolean {
    const { areas } = this.#options;
    const start = areas.start(area);
    return columns.every((column) => copyRows(column, row, rows, areas.features, start + column.input.offset * rows));
  }

  #read(area: number, call: ColumnCall, { row, rows }: Chunk): void {
    if (call.isSettled) return;
    this.#options.score(this.#options.areas.outputs(area), rows, call.scores, row, call.counts);
    call.scored += rows;
    this.#options.onScored(rows);
    if (call.scored === call.rows) this.#answer(call);
  }

  #answer(call: ColumnCall): void {
    this.#calls.delete(call);
    this.openCalls = this.#calls.size;
    if (call.settle()) this.#options.onAnswered(call);
  }

  #failed(call: ColumnCall, chunk: Chunk, error: unknown): void {
    if (mayGoAgain(error) && call.putBack(chunk, !isUnsent(error))) return;
    this.giveUp(call, asScorerError(error));
  }
}

/** Send a chunk again only once: a random fault of the machine does not repeat. After a hang, the deadline has usually passed anyway. */
function mayGoAgain(error: unknown): boolean {
  return error instanceof LostTask ? error.kind !== 'hung' : error instanceof InferenceError;
}

function isUnsent(error: unknown): boolean {
  return error instanceof LostTask && error.kind === 'unsent';
}

function changedError(): InvalidRequestError {
  const expected = 'arrays that stay the same until the call has settled';
  return new InvalidRequestError([{ path: 'features', expected, received: 'ones that were changed' }]);
}

function asScorerError(error: unknown): FraudScorerError {
  if (error instanceof InferenceError || error instanceof InvalidRequestError) return error;
  if (error instanceof LostTask) return new WorkerLostError(`${error.message} while it held rows of this call`);
  return new InferenceError('A chunk of rows could not be scored', { cause: error });
}
