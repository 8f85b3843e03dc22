import type { ColumnsOptions } from '../api/request.js';
import type { ColumnScores, Decision } from '../api/result.js';
import { type Column, checkValues } from '../columns/column-values.js';
import { type ColumnReader, readColumns, readColumnsOptions } from '../columns/read-columns.js';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  FraudScorerError,
  InferenceError,
  InvalidRequestError,
} from '../errors.js';
import type { Clock, Timer } from '../host/clock.js';
import { watchSignal } from '../requests/abort-registry.js';
import { isAborted, reasonOf } from '../requests/score-options.js';
import { Waiters } from '../requests/waiters.js';
import { IssueList } from '../validation/issues.js';
import type { Answer } from './answer.js';
import type { FakeColumnsCall, OpenColumnsCall } from './fake-call.js';
import type { FakeVersion } from './fake-version.js';
import type { FakeVersions } from './fake-versions.js';
import { modelResult } from './results.js';
import type { Script } from './script.js';
import type { Statistics } from './statistics.js';

/** As `ColumnScores` has them. */
const codes: Readonly<Record<Decision, number>> = { APPROVE: 0, REVIEW: 1, BLOCK: 2 };

/** Any columns are taken. */
const anyColumns: ColumnReader = { slots: [], listUnknown: () => {} };

export interface FakeColumnsOptions {
  clock: Clock;
  script: Script;
  latencyMs: number;
  versions: FakeVersions;
  statistics: Statistics;
  isClosed: () => boolean;
}

/** `scoreColumns` of a fake: every row of a call gets the same answer, which is the next of the list, or `otherwise`. */
export class FakeColumns {
  readonly #options: FakeColumnsOptions;
  readonly #calls: FakeColumnsCall[] = [];
  /** What gives each that waits up. */
  readonly #waiting = new Map<FakeColumnsCall, (error: FraudScorerError) => void>();
  readonly #changes = new Waiters();

  constructor(options: FakeColumnsOptions) {
    this.#options = options;
  }

  get calls(): readonly FakeColumnsCall[] {
    return this.#calls;
  }

  async score(columns: object, rows: number, options: ColumnsOptions | undefined): Promise<ColumnScores> {
    const { versions, statistics, isClosed } = this.#options;
    const call: OpenColumnsCall = { columns, rows, options: options ?? {}, result: null, error: null };
    this.#calls.push(call);
    let stats = statistics.unrouted;
    let isTakenIn = false;
    try {
      if (isClosed()) throw new ClosedError('The scorer is closed');
      const asked = readColumnsOptions(options);
      const version = asked.version === undefined ? versions.primary : versions.byVersion(asked.version);
      stats = version.stats;
      check(version, columns, rows);
      const { signal, timeoutMs } = asked;
      if (signal !== undefined && isAborted(signal)) throw new AbortedError(reasonOf(signal));
      isTakenIn = true;
      const answer = await this.#answer(call, timeoutMs, signal);
      call.result = this.#scores(version, rows, answer);
      return call.result;
    } catch (error) {
      call.error = asScorerError(error);
      statistics.recordError(stats, call.error, isTakenIn);
      throw call.error;
    }
  }

  /** Resolves once nothing waits, after at most so many milliseconds. @returns how many calls were given up then. */
  async drain(timeoutMs: number): Promise<number> {
    const { clock } = this.#options;
    let isOver = false;
    const end = (): void => {
      isOver = true;
      this.#changes.tell();
    };
    const timer = Number.isFinite(timeoutMs) ? clock.after(timeoutMs, end) : null;
    while (this.#waiting.size > 0 && !isOver) await this.#changes.wait();
    timer?.clear();
    const abandoned = [...this.#waiting.values()];
    for (const giveUp of abandoned) giveUp(new ClosedError('The scorer was closed before this request was answered'));
    return abandoned.length;
  }

  /** Resolves when it is due. */
  #answer(call: FakeColumnsCall, timeoutMs: number, signal: AbortSignal | undefined): Promise<Answer> {
    const { clock, script } = this.#options;
    const answer = script.nextForColumns();
    const latencyMs = answer.latencyMs ?? this.#options.latencyMs;
    const timers: Timer[] = [];
    let stopListening = (): void => {};
    const answered = new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(call, reject);
      if (latencyMs === 0) resolve(answer);
      else if (Number.isFinite(latencyMs)) timers.push(clock.after(latencyMs, () => resolve(answer)));
      if (latencyMs > 0 && Number.isFinite(timeoutMs)) {
        timers.push(clock.after(timeoutMs, () => reject(new DeadlineExceededError(timeoutMs))));
      }
      if (signal !== undefined) {
        stopListening = watchSignal(signal, (reason) => reject(new AbortedError(reason)), reject);
      }
    });
    return answered.finally(() => {
      this.#waiting.delete(call);
      for (const timer of timers) timer.clear();
      stopListening();
      this.#changes.tell();
    });
  }

  #scores({ options, model, policy, stats }: FakeVersion, rows: number, answer: Answer): ColumnScores {
    if (answer.error !== undefined) throw answer.error;
    const timing = { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: rows };
    const basis = { manifest: options.manifest, model, policy, explain: false } as const;
    const result = modelResult(answer, basis, undefined, timing);
    this.#options.statistics.recordColumns(stats, rows, result);
    return {
      fraudProbability: new Float32Array(rows).fill(result.fraudProbability),
      riskScore: new Float32Array(rows).fill(result.riskScore),
      decision: new Uint8Array(rows).fill(codes[result.decision]),
      model,
    };
  }
}

/** @throws {InvalidRequestError} with everything that is wrong. */
function check({ options }: FakeVersion, columns: unknown, rows: unknown): void {
  const issues = new IssueList();
  const { layout, features } = options.check;
  const read: Column[] = readColumns(columns, rows, layout, features ?? anyColumns, issues);
  if (issues.total === 0) for (const column of read) checkValues(column, 0, Number(rows), issues);
  if (issues.total > 0) throw new InvalidRequestError(issues.listed, issues.total);
}

function asScorerError(error: unknown): FraudScorerError {
  if (error instanceof FraudScorerError) return error;
  return new InferenceError('The rows could not be taken in', { cause: error });
}
