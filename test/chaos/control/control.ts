import type { Random } from '../../../models/visa-fraud/generator/random.js';
import { type ErrorCode, type FraudScorer, FraudScorerError } from '../../../src/index.js';
import type { HangingVersions } from '../faults/hanging-versions.js';
import type { Refused } from '../faults/version-directories.js';
import type { KnownVersions } from '../oracle/known-versions.js';
import type { LiveVersions } from '../oracle/live-versions.js';
import type { Milestones } from '../oracle/milestones.js';

/** So many of the last operations are told where something is wrong. */
const told = 30;

export interface ControlOptions {
  scorer: FraudScorer;
  random: Random;
  known: KnownVersions;
  live: LiveVersions;
  /** Directories that can't be deployed. */
  broken: ReadonlyMap<Refused, string>;
  hanging: HangingVersions;
  /** Passed by each request that settles. */
  settled: Milestones;
}

/** How an operation may end: null for well. */
export type Ends = readonly (ErrorCode | null)[];

/** What operations need, and what became of them. */
export class Control {
  readonly scorer: FraudScorer;
  readonly random: Random;
  readonly known: KnownVersions;
  readonly live: LiveVersions;
  readonly broken: ControlOptions['broken'];
  readonly hanging: HangingVersions;
  readonly settled: Milestones;
  /** Versions that are about to load. */
  readonly loading = new Set<string>();
  readonly problems: string[] = [];
  readonly missed: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #log: string[] = [];

  constructor(options: ControlOptions) {
    this.scorer = options.scorer;
    this.random = options.random;
    this.known = options.known;
    this.live = options.live;
    this.broken = options.broken;
    this.hanging = options.hanging;
    this.settled = options.settled;
  }

  /** The last operations, oldest first. */
  get last(): readonly string[] {
    return this.#log;
  }

  draw<T>(from: readonly T[]): T | undefined {
    return from[this.random.index(from.length)];
  }

  /** A harmless version that is not live and does not load. */
  drawNew(): string | undefined {
    return this.draw(this.known.named(null).filter((name) => this.live.find(name) === null && !this.loading.has(name)));
  }

  /**
   * Calls an operation, and judges how it ends. Never rejects.
   *
   * @param ends how it may.
   * @returns whether it ended well.
   */
  async judge(what: string, ends: Ends, call: () => unknown): Promise<boolean> {
    const [name = what] = what.split(' ');
    this.counts[name] = (this.counts[name] ?? 0) + 1;
    const entry = this.#log.push(what) - 1;
    if (this.#log.length > 2 * told) this.#log.splice(0, told);
    let end: ErrorCode | null = null;
    try {
      await call();
    } catch (error) {
      if (error instanceof FraudScorerError) end = error.code;
      else this.tell(`${what}: rejected with something else than an error of the package: ${String(error)}`);
      if (error instanceof FraudScorerError && !ends.includes(end))
        this.tell(`${what}: ${error.code}: ${error.message}`);
      if (this.#log[entry] === what) this.#log[entry] = `${what} → ${String(end)}`;
      return false;
    }
    if (!ends.includes(null)) this.tell(`${what}: ended well, expected ${ends.join(' or ')}`);
    if (this.#log[entry] === what) this.#log[entry] = `${what} → done`;
    return true;
  }

  tell(problem: string): void {
    if (this.problems.length < 10) this.problems.push(problem);
  }
}
