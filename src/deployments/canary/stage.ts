import { countsBetween } from '../../monitoring/version-reading.js';
import { type BlockFinding, compareBlocks } from './block-guard.js';
import type { ErrorGuard } from './error-guard.js';
import { Evidence, type Readings } from './evidence.js';
import { LatencyGuard, windowsRunning } from './latency-guard.js';
import type { CanaryPlan } from './options.js';
import { percent, percentagePoints } from './percent.js';
import type { Breach } from './verdict.js';

/** The shortest interval that is added to the error guard. */
const minIntervalMs = 1_000;

/** The longest period that the block guard examines, if a step is longer. */
const maxPeriodMs = 600_000;

/** One step of a canary: its readings, and the findings of the guards. */
export class Stage {
  readonly evidence: Evidence;
  readonly #plan: CanaryPlan;
  readonly #errors: ErrorGuard;
  readonly #latency: LatencyGuard;
  readonly #start: Readings;
  /** The readings at the start of the error guard's current interval. */
  #interval: Readings;
  #blocks: BlockFinding = { kind: 'unclear' };

  /** @param errors the error guard. It lasts longer than a step. */
  constructor(plan: CanaryPlan, errors: ErrorGuard, start: Readings) {
    const { stepMs, minRequests, maxLatencyRatio } = plan;
    this.#plan = plan;
    this.#errors = errors;
    this.#start = start;
    this.#interval = start;
    this.evidence = new Evidence(Math.min(stepMs, maxPeriodMs), windowsRunning * minRequests, start);
    this.#latency = new LatencyGuard(maxLatencyRatio, minRequests, start);
  }

  /** The version that the canary is compared with. */
  get primaryVersion(): string {
    return this.#start.primary.version;
  }

  /** Milliseconds since the step began. */
  ageMs(now: number): number {
    return now - this.#start.now;
  }

  /** @param designEffect see `compareBlocks`. */
  look(readings: Readings, designEffect: number): void {
    const { maxBlockRateChange, minRequests } = this.#plan;
    const { now, canary, primary } = this.#interval;
    if (readings.now - now >= minIntervalMs) {
      this.#errors.add(countsBetween(canary, readings.canary), countsBetween(primary, readings.primary));
      this.#interval = readings;
    }
    this.#latency.look(readings);
    this.evidence.look(readings);
    const arms = [this.evidence.counts('canary'), this.evidence.counts('primary')] as const;
    this.#blocks = compareBlocks(...arms, maxBlockRateChange, minRequests, designEffect);
  }

  get breach(): Breach | null {
    if (this.#errors.breach !== null) return this.#errors.breach;
    return this.#blocks.kind === 'breach' ? this.#blocks.breach : this.#latency.breach;
  }

  /** Why the canary cannot have more traffic yet; null if it can. */
  get obstacle(): string | null {
    const { minRequests, maxErrorRate, maxBlockRateChange, maxLatencyRatio } = this.#plan;
    const { requests, failed } = this.evidence.counts('canary');
    if (!this.#latency.isComplete || requests === 0) {
      return (
        `too few requests: a step needs ${windowsRunning} windows of at least a second, ` +
        `each with ${minRequests} answers of the canary and ${minRequests} of the primary`
      );
    }
    if (failed / requests > maxErrorRate)
      return `more than ${percent(maxErrorRate)} of its requests fail (maxErrorRate)`;
    if (this.#blocks.kind !== 'within') {
      return (
        `it is not certain yet that its share of blocked requests differs from the primary's by at most ` +
        `${percentagePoints(maxBlockRateChange)} (maxBlockRateChange)`
      );
    }
    if (this.#latency.isWithin) return null;
    return (
      `its 95th percentile of latency, or its median, was more than ${maxLatencyRatio} times the primary's in one of the last ` +
      `${windowsRunning} windows (maxLatencyRatio)`
    );
  }
}
