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

/** Whether the shadow's answer to a copy is kept for the answer of the version that serves. */
const kept = { nothing: 0, answer: 1 } as const;

export interface ShadowOptions {
  clock: Clock;
  /** With a request table, deadlines and a settler of its own: nothing that becomes of a copy is a caller's. */
  deployment: Deployment;
  table: RequestTable;
  deadlines: DeadlineWheel;
  /** How long a copy may take, in ms. */
  timeoutMs: number;
  /** The share of the requests that is copied, in (0, 1]. */
  sample: number;
  stats: ShadowStats;
  copies: Copies;
  /** Whether callers' requests wait for a worker longer than copies may add to. */
  isUnderPressure: () => boolean;
}

/** A version that gets copies of requests, and whose answers are compared with those that callers got. */
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

  /**
   * Takes a copy of a request, or not.
   *
   * @param place of the request among those that were copied; none where all are taken.
   * @param given the request's features.
   * @param hasTime whether the event loop has time for it.
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
      // A getter or a proxy of the host's, which the version that answers has read without trouble.
      return false;
    }
  }

  /** @returns false, for the copy that is not made. */
  drop(reason: ShadowDropReason): false {
    this.stats.recordDropped(reason);
    return false;
  }

  record(decision: Decision, score: number, ownDecision: Decision, ownScore: number): void {
    this.stats.recordPair(decision, score, ownDecision, ownScore);
  }

  /** The version that serves has answered; where the shadow has too, the two are compared. */
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

  /** Gives up the copies that it has. Its workers are the deployment's to end, and what callers sent it is answered. */
  end(): void {
    this.#options.copies.removeShadow(this);
    // Whoever ended it has taken them back: nothing has failed.
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
