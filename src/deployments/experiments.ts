import type { Decision } from '../api/result.js';
import { ArmCounts } from '../monitoring/comparison/arm-counts.js';
import { type Comparison, compare } from '../monitoring/comparison/compare.js';
import { estimateRate } from '../monitoring/comparison/rate-estimate.js';
import { SampleRatio, type SampleRatioCheck } from '../monitoring/comparison/sample-ratio.js';
import type { Deployment } from './deployment.js';
import type { Arm } from './routing.js';

/** The comparison of a challenger with the primary, from the time when both serve. */
interface Experiment<Version> {
  readonly challenger: Version;
  readonly counts: ArmCounts;
  /** The primary's counts, weighted like this challenger's shares. */
  readonly primary: ArmCounts;
}

/** Which versions answer which share, as far as a comparison needs it. */
export interface Split<Version = Deployment> {
  primary: Version;
  /** By position; null if the position is free. */
  challengers: readonly ({ deployment: Version; share: number } | null)[];
}

/** The design effect of the block rate in one arm. */
function designEffect(counts: ArmCounts): number {
  const { answered, blocks, meanWeight } = counts.columns();
  const { rate, requests, clusterVariance } = estimateRate(answered, blocks, meanWeight);
  const independent = (rate * (1 - rate)) / requests;
  return independent > 0 ? clusterVariance / independent : 1;
}

/** Compares each challenger with the primary. A comparison starts again if the primary changes. */
export class Experiments<Version extends { readonly index: number } = Deployment> {
  #primary: Version | null = null;
  #all: readonly Experiment<Version>[] = [];
  #sampleRatio = new SampleRatio();
  /** The challengers in the sample ratio test, by position. */
  #places: readonly (Version | null)[] = [];

  /** Call this when versions or their shares have changed. */
  changed({ primary, challengers }: Split<Version>): void {
    const before = this.#primary === primary ? this.#all : [];
    const serving = challengers.filter((challenger) => challenger !== null);
    const places = challengers.map((challenger) => challenger?.deployment ?? null);
    const isSame = this.#primary === primary && places.every((deployment, place) => deployment === this.#places[place]);
    if (!isSame) this.#sampleRatio = new SampleRatio();
    this.#places = places;
    this.#primary = primary;
    this.#all = serving.map(
      ({ deployment }) =>
        before.find(({ challenger }) => challenger === deployment) ?? {
          challenger: deployment,
          counts: new ArmCounts(),
          primary: new ArmCounts(),
        },
    );
    const shares = challengers.map((challenger) => challenger?.share ?? 0);
    const [first = 0, second = 0] = shares;
    const rest = 1 - first - second;
    for (const [index, { share }] of serving.entries()) {
      this.#all[index]?.primary.setWeight(rest > 0 && share > 0 ? share / rest : 0);
    }
    this.#sampleRatio.setShares(first, second);
  }

  /** A request was routed. */
  routed(bucket: number, arm: Arm): void {
    this.#sampleRatio.record(bucket, arm);
  }

  /** A request was answered, or failed. @param index the index of its version. */
  settled(index: number, bucket: number, outcome: Decision | 'ERROR'): void {
    const isPrimary = index === this.#primary?.index;
    for (const { challenger, counts, primary } of this.#all) {
      if (isPrimary) primary.record(bucket, outcome);
      else if (challenger.index === index) counts.record(bucket, outcome);
    }
  }

  /** The challenger's rates minus the primary's; null if the version is not a challenger. */
  comparisonOf(deployment: Version): Comparison | null {
    const found = this.#all.find(({ challenger }) => challenger === deployment);
    return found === undefined ? null : compare(found.primary, found.counts);
  }

  /**
   * The variance of the block rates divided by the variance for independent requests; at least 1. It is above 1 because requests with the
   * same routing key are alike.
   */
  designEffectOf(deployment: Version): number {
    const found = this.#all.find(({ challenger }) => challenger === deployment);
    if (found === undefined) return 1;
    return Math.max(1, ...[found.counts, found.primary].map(designEffect));
  }

  /** Whether the traffic matches the configured shares; null without a challenger, or if there are too few requests to tell. */
  sampleRatio(): SampleRatioCheck | null {
    return this.#all.length === 0 ? null : this.#sampleRatio.check();
  }
}
