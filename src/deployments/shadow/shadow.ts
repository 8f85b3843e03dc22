import type { Decision, ScoreResult } from '../../api/result.js';
import type { ShadowDropReason } from '../../api/versions.js';
import { AbortedError, type FraudScorerError } from '../../errors.js';
import type { Clock } from '../../host/clock.js';
import type { ShadowStats } from '../../monitoring/shadow/shadow-stats.js';
import { writeFeatures } from '../../requests/read-request.js';
import { noRow, type RequestTable, type Settlements } from '../../requests/request-table.js';
import type { DeadlineWheel } from '../../scheduling/deadline-wheel.js';
import type { Deployment } from '../deployment.js';
import { type Copies, mostCopied } from './copies.js';

/** Whether the shadow's answer is kept until the version that serves answers. */
const kept = { nothing: 0, answer: 1 } as const;

export interface ShadowOptions {
  clock: Clock;
  /** Has its own request table, deadlines and settler, because a copy's result never reaches a caller. */
  deployment: Deployment;
  table: RequestTable;
  deadlines: DeadlineWheel;
  /** How long a copy may take, in ms. */
  timeoutMs: number;
  /** The share of the requests that is copied, in (0, 1]. */
  sample: number;
  stats: ShadowStats;
  copies: Copies;
  /** Whether callers' requests wait so long that copies must not add to it. */
  isUnderPressure: () => boolean;
}

/** A version that gets copies of requests. Its answers are compared with the answers that callers got. */
export class Shadow {
  readonly deployment: Deployment;
  readonly stats: ShadowStats;
  readonly #options: ShadowOptions;
  readonly #kept = new Uint8Array(mostCopied);
  readonly #decisions: Decision[] = new Array(mostCopied).fill('APPROVE');
  readonly #scores = new Float32Array(mostCopied);
  readonly #settlements: Settlements;

  constructor(options: ShadowOptions) {
    this.deployment = options.deployment;
    this.stats = options.stats;
    this.#options = options;
    this.#settlements = {
      resolve: (place, result) => this.#answered(place, result),
      reject: (place, error) => this.#failed(place, error),
    };
  }

  /** The share of the requests that is copied, in (0, 1]. */
  get sample(): number {
    return this.#options.sample;
  }

  /**
   * Copies a request, or drops it.
   *
   * @param place the request's place among the copied ones; none if all places are taken.
   * @param given the request's features.
   * @param hasTime whether the event loop has time for the copy.
   */
  take(place: number, given: unknown, hasTime: boolean): boolean {
    const { clock, table, deadlines, timeoutMs, sample, isUnderPressure } = this.#options;
    if (sample < 1 && Math.random() >= sample) return false;
    if (!hasTime || isUnderPressure()) return this.drop('pressure');
    const row = place < 0 ? noRow : table.claim();
    if (row === noRow) return this.drop('queueFull');
    const { batcher, index } = this.deployment;
    if (!this.#read(given, row)) {
      table.release(row);
      return this.drop('notReadable');
    }
    const now = clock.now();
    table.enqueuedAt[row] = now;
    table.timeoutMs[row] = timeoutMs;
    table.deadlineAt[row] = now + timeoutMs;
    table.priority[row] = 0;
    table.explain[row] = 0;
    table.version[row] = index;
    table.settlements[row] = this.#settlements;
    table.place[row] = place;
    deadlines.add(row);
    batcher.add(row);
    this.#kept[place] = kept.nothing;
    this.stats.recordCopied();
    return true;
  }

  /** @returns whether the features were written to the row. */
  #read(given: unknown, row: number): boolean {
    const { layout, floats, reader } = this.deployment.features;
    try {
      return writeFeatures(given, layout, floats, row * layout.stride, reader);
    } catch {
      // A getter or proxy of the host threw, although the version that answers could read it.
      return false;
    }
  }

  /** @returns false, as the result for a copy that is not made. */
  drop(reason: ShadowDropReason): false {
    this.stats.recordDropped(reason);
    return false;
  }

  record(decision: Decision, score: number, ownDecision: Decision, ownScore: number): void {
    this.stats.recordPair(decision, score, ownDecision, ownScore);
  }

  /** The version that serves has answered. If the shadow has answered too, the two are compared. */
  compare(place: number, decision: Decision, score: number): void {
    if (this.#kept[place] !== kept.answer) return;
    this.#kept[place] = kept.nothing;
    this.record(decision, score, this.#decisions[place] as Decision, this.#scores[place] as number);
  }

  /** The version that serves gave no answer. */
  forget(place: number): void {
    if (this.#kept[place] !== kept.answer) return;
    this.#kept[place] = kept.nothing;
    this.drop('unpaired');
  }

  /** Gives up its open copies. The deployment ends the workers and answers what callers sent it. */
  end(): void {
    this.#options.copies.removeShadow(this);
    // The copies were already taken back, so they do not count as failed.
    this.deployment.giveUpRequests(() => new AbortedError('the shadow has ended'));
    this.#options.deadlines.dispose();
  }

  #answered(place: number, result: ScoreResult): void {
    if (result.source !== 'model') return;
    const { decision, fraudProbability, timing } = result;
    this.stats.recordLatency(timing.totalMs);
    if (!this.#options.copies.shadowAnswered(this, place, decision, fraudProbability)) return;
    this.#kept[place] = kept.answer;
    this.#decisions[place] = decision;
    this.#scores[place] = fraudProbability;
  }

  #failed(place: number, error: FraudScorerError): void {
    this.drop(dropReasonOf(error));
    this.#options.copies.shadowFailed(place);
  }
}

function dropReasonOf({ code }: FraudScorerError): ShadowDropReason {
  if (code === 'ERR_ABORTED') return 'retired';
  return code === 'ERR_DEADLINE_EXCEEDED' ? 'late' : 'failed';
}
