import type { CanaryAnswer, CanaryReport } from '../../api/canary.js';
import type { CanarySummary } from '../../api/versions.js';
import type { VersionReading } from '../../monitoring/version-reading.js';
import { ErrorGuard } from './error-guard.js';
import type { Readings } from './evidence.js';
import { Gate, type GateHooks } from './gate.js';
import type { CanaryPlan } from './options.js';
import { percent } from './percent.js';
import { Stage } from './stage.js';
import type { Breach, Verdict } from './verdict.js';

/** The gate is not asked again for this long. */
const askEveryMs = 1_000;

type State =
  | { kind: 'running' }
  | { kind: 'waiting'; reason: string }
  | { kind: 'promoted' | 'aborted'; reason: string | null };

/**
 * Raises a version's share of the traffic in steps, or ends the canary. It only decides: the caller must carry out the verdict. Each
 * verdict is returned once. It has no timer; call `look` about once a second or more often.
 */
export class Canary {
  readonly #plan: CanaryPlan;
  readonly #gate: Gate | null;
  #errors: ErrorGuard;
  #step = 0;
  /** null until the first check of a step. That check takes the readings that later ones are compared with. */
  #stage: Stage | null = null;
  #state: State = { kind: 'running' };
  #askNextAt = Number.NEGATIVE_INFINITY;

  constructor(plan: CanaryPlan, hooks: GateHooks) {
    this.#plan = plan;
    this.#gate = plan.gate === undefined ? null : new Gate(plan.gate, hooks);
    this.#errors = new ErrorGuard(plan.maxErrorRate);
  }

  get summary(): CanarySummary {
    const { kind } = this.#state;
    const reason = 'reason' in this.#state ? this.#state.reason : null;
    const share = kind === 'promoted' ? 1 : kind === 'aborted' ? 0 : this.#share;
    return { state: kind, step: this.#step, share, reason };
  }

  /** Whether the canary was promoted or aborted. After that, nothing changes. */
  get isOver(): boolean {
    return this.#state.kind === 'promoted' || this.#state.kind === 'aborted';
  }

  /**
   * Checks the readings of both versions. The first check, and the first after a restart, only stores the readings that later ones are
   * compared with.
   *
   * @param now time on the monotonic clock, in ms.
   * @param designEffect see `compareBlocks`.
   * @param othersShare the share of the other challenger.
   */
  look(now: number, primary: VersionReading, canary: VersionReading, designEffect = 1, othersShare = 0): Verdict {
    if (this.isOver) return { kind: 'stay' };
    const readings: Readings = { now, canary, primary };
    const stage = this.#stage;
    if (stage === null || stage.primaryVersion !== primary.version) {
      this.restart();
      this.#beginStage(readings);
      return { kind: 'stay' };
    }
    stage.look(readings, designEffect);
    const answer = this.#gate?.take() ?? null;
    if (stage.breach !== null) return this.#abort(stage.breach);
    if (answer === 'abort') return this.#abort(ofGate);
    if (this.#nextShare === null || stage.ageMs(now) < this.#plan.stepMs) return this.#run();
    const obstacle = stage.obstacle ?? this.#crowded(othersShare);
    if (obstacle !== null) return this.#wait(obstacle);
    const said = this.#gate === null ? 'advance' : (answer ?? this.#ask(stage, now));
    // The gate is host code. It may have retired this version, or deployed another.
    return this.isOver || this.#stage !== stage ? { kind: 'stay' } : this.#follow(said, readings);
  }

  /** Starts the analysis of the step again, because the canary is compared with another version from now on. Its share stays. */
  restart(): void {
    if (this.isOver) return;
    this.#stage = null;
    this.#errors = new ErrorGuard(this.#plan.maxErrorRate);
    this.#gate?.forget();
    this.#state = { kind: 'running' };
  }

  /**
   * Marks the canary as ended by other means, for example because the host promoted or retired the version. A canary that has already ended
   * does not change.
   */
  end(kind: 'promoted' | 'aborted', reason: string | null = null): void {
    if (this.isOver) return;
    this.#gate?.forget();
    this.#state = { kind, reason };
  }

  /** The share in the current step. */
  get #share(): number {
    return this.#plan.steps[this.#step] as number;
  }

  /** null in the last step. */
  get #nextShare(): number | null {
    return this.#plan.steps[this.#step + 1] ?? null;
  }

  /**
   * Why there is not enough traffic for the next step; null if there is. The last step has the share 1 and replaces the primary, so it
   * always fits.
   */
  #crowded(othersShare: number): string | null {
    const next = this.#nextShare ?? 1;
    if (next >= 1 || next + othersShare <= 1) return null;
    return `its next step needs ${percent(next)} of the traffic, and another challenger has ${percent(othersShare)}`;
  }

  #beginStage(start: Readings): void {
    this.#stage = new Stage(this.#plan, this.#errors, start);
  }

  #run(): Verdict {
    this.#state = { kind: 'running' };
    return { kind: 'stay' };
  }

  #wait(reason: string): Verdict {
    this.#state = { kind: 'waiting', reason };
    return { kind: 'waiting', reason };
  }

  #abort(breach: Breach): Verdict {
    this.end('aborted', breach.reason);
    return { kind: 'abort', ...breach };
  }

  /** @returns null if the gate has not answered yet, or was asked a moment ago. */
  #ask(stage: Stage, now: number): CanaryAnswer | null {
    if (now < this.#askNextAt) return null;
    this.#askNextAt = now + askEveryMs;
    const report: CanaryReport = {
      step: this.#step,
      share: this.#share,
      nextShare: this.#nextShare ?? this.#share,
      stepAgeMs: stage.ageMs(now),
      comparedMs: stage.evidence.ms,
      canary: stage.evidence.report('canary'),
      primary: stage.evidence.report('primary'),
    };
    return this.#gate?.ask(report) ?? null;
  }

  #follow(answer: CanaryAnswer | null, readings: Readings): Verdict {
    if (answer === 'abort') return this.#abort(ofGate);
    // The same reason for both cases. Otherwise the reason would change twice a second if the answer comes later.
    if (answer !== 'advance') return this.#wait(this.#gate?.failure ?? 'the gate has not let it advance yet');
    this.#step += 1;
    if (this.#share >= 1) {
      this.end('promoted');
      return { kind: 'promote' };
    }
    this.#beginStage(readings);
    this.#askNextAt = Number.NEGATIVE_INFINITY;
    this.#state = { kind: 'running' };
    return { kind: 'step', step: this.#step, share: this.#share };
  }
}

const ofGate: Breach = { guard: 'gate', seen: null, allowed: null, reason: "the gate said 'abort'" };
