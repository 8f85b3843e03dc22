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

/** How long the gate is not asked again. */
const askEveryMs = 1_000;

type State =
  | { kind: 'running' }
  | { kind: 'waiting'; reason: string }
  | { kind: 'promoted' | 'aborted'; reason: string | null };

/**
 * Leads a version from a small share of the traffic to all of it, in steps, or ends it. It decides only: whoever looks does what the verdict
 * says, and is told each thing once. It keeps no timer; look about once a second, or more often.
 */
export class Canary {
  readonly #plan: CanaryPlan;
  readonly #gate: Gate | null;
  #errors: ErrorGuard;
  #step = 0;
  /** null until the first look at a step, which is what all is compared with. */
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

  /** Whether it has been promoted or aborted: nothing comes of it any more. */
  get isOver(): boolean {
    return this.#state.kind === 'promoted' || this.#state.kind === 'aborted';
  }

  /**
   * Looks at what both versions have done. The first look, and the first after a restart, only takes the readings that later ones are compared
   * with.
   *
   * @param now on the monotonic clock, in ms.
   * @param designEffect see `compareBlocks`.
   * @param othersShare what the other challenger has.
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
    // The gate is code of the host's, which may have retired the version meanwhile, or deployed another.
    return this.isOver || this.#stage !== stage ? { kind: 'stay' } : this.#follow(said, readings);
  }

  /** Begins the analysis of the step anew, because the canary is compared with another version from now on. Its share stays. */
  restart(): void {
    if (this.isOver) return;
    this.#stage = null;
    this.#errors = new ErrorGuard(this.#plan.maxErrorRate);
    this.#gate?.forget();
    this.#state = { kind: 'running' };
  }

  /** Says that it has come to an end by other means: the host promoted or retired the version, say. What has ended already stays as it is. */
  end(kind: 'promoted' | 'aborted', reason: string | null = null): void {
    if (this.isOver) return;
    this.#gate?.forget();
    this.#state = { kind, reason };
  }

  /** Of the step in progress. */
  get #share(): number {
    return this.#plan.steps[this.#step] as number;
  }

  /** null where it is in the last step. */
  get #nextShare(): number | null {
    return this.#plan.steps[this.#step + 1] ?? null;
  }

  /** Why there is no room for the next step; null where there is. The last one, of 1, takes the primary's place alone. */
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

  /** @returns null where the gate has not answered, or was asked just now. */
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
    // One reason for both: an answer that comes later would make the reason change twice a second.
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
