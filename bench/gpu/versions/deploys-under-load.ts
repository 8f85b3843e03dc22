import { setTimeout as sleep } from 'node:timers/promises';
import type { DeploymentSummary, DeployOptions, FraudScorer } from 'fraud-scorer';
import type { AnswerJudge } from './answer-judge.js';
import type { SwapPhases } from './swap-phases.js';
import type { SwapWindows } from './swap-windows.js';
import type { VersionFolder } from './version-folder.js';

/** A way to scale the features, and what a direct run of a version that has it gives. */
export interface Variant {
  scale: number;
  expected: readonly number[];
}

export interface DeploysOptions {
  scorer: FraudScorer;
  folder: VersionFolder;
  variants: readonly Variant[];
  judge: AnswerJudge;
  windows: SwapWindows;
  phases: SwapPhases;
  /** Milliseconds, monotonic. */
  now: () => number;
  /** Told after each step, with its name. */
  onStep: (step: string) => Promise<void>;
}

/** Between two swaps, so that there is something to compare with. */
const calmMs = 400;

const pollMs = 20;

/** Deploys versions one after the other while a load is answered. */
export class DeploysUnderLoad {
  readonly #options: DeploysOptions;
  #made = 0;

  constructor(options: DeploysOptions) {
    this.#options = options;
    options.scorer.on('deployment', ({ type, version }) => {
      if (type === 'retired' && version !== null) options.judge.dismiss(version, options.now());
    });
  }

  /** New versions in the primary's place until the time is over. @returns how long each took, in ms. */
  async hotUpdates(until: number): Promise<number[]> {
    const { now, onStep } = this.#options;
    const took: number[] = [];
    while (now() < until) {
      await sleep(calmMs);
      const start = now();
      await this.deploy({});
      took.push(now() - start);
    }
    await onStep(`after ${took.length} hot updates`);
    return took;
  }

  /** A shadow that gets copies for so long. It stays. */
  async shadow(durationMs: number): Promise<DeploymentSummary | undefined> {
    const { version } = await this.deploy({ traffic: 'shadow' });
    await sleep(durationMs);
    await this.#options.onStep('with a shadow');
    return this.#find(version);
  }

  /**
   * A canary that is the same as the primary but for its name.
   *
   * @param until when it is looked at last.
   * @returns it, once it is promoted or aborted, or where the time is over.
   */
  async canary(until: number): Promise<DeploymentSummary | undefined> {
    const { now, onStep } = this.#options;
    const canary = { steps: [0.2, 1], stepMs: 1_000, minRequests: 500 };
    const { version } = await this.deploy({ canary }, this.#primaryVariant());
    await onStep('with a shadow and a canary');
    const isOver = (): boolean => ['promoted', 'aborted'].includes(this.#find(version)?.canary?.state ?? 'aborted');
    while (!isOver() && now() < until) await sleep(pollMs);
    return this.#find(version);
  }

  /** All but the primary. */
  async retireOthers(): Promise<void> {
    const { scorer, onStep } = this.#options;
    const others = scorer.deployments().filter(({ role }) => role !== 'primary' && role !== 'retired');
    for (const { version } of others) await scorer.retire(version);
    await onStep('all but the primary retired');
  }

  /** Deploys the next version, or one that is as the variant says. */
  async deploy(options: DeployOptions, variant = this.#made + 1): Promise<DeploymentSummary> {
    const { scorer, folder, variants, judge, windows, phases, now } = this.#options;
    const chosen = variants[variant % variants.length];
    if (chosen === undefined) throw new RangeError('variants: expected at least one, received none');
    this.#made += 1;
    const version = `${this.#made}-${variant % variants.length}`;
    const directory = await folder.version(version, chosen.scale);
    // A shadow answers nobody.
    if (options.traffic !== 'shadow') judge.admit(version, chosen.expected);
    windows.begin(now());
    phases.begin(now());
    try {
      return await scorer.deploy(directory, options);
    } finally {
      windows.end(now());
      phases.enter('between', now());
    }
  }

  #find(version: string): DeploymentSummary | undefined {
    return this.#options.scorer.deployments().find((one) => one.version === version);
  }

  /** The version's name says it. */
  #primaryVariant(): number {
    return Number(this.#options.scorer.summary().model.version.split('-')[1] ?? 0);
  }
}
