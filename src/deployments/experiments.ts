import type { Decision } from '../api/result.js';
import { ArmCounts } from '../monitoring/comparison/arm-counts.js';
import { type Comparison, compare } from '../monitoring/comparison/compare.js';
import { estimateRate } from '../monitoring/comparison/rate-estimate.js';
import { SampleRatio, type SampleRatioCheck } from '../monitoring/comparison/sample-ratio.js';
import type { Deployment } from './deployment.js';
import type { Arm } from './routing.js';

/** A challenger beside the primary, from the moment that both serve. */
interface Experiment<Version> {
  readonly challenger: Version;
  readonly counts: ArmCounts;
  /** The primary's, weighted as this challenger's shares are. */
  readonly primary: ArmCounts;
}

/** Who answers what, as far as a comparison depends on it. */
export interface Split<Version = Deployment> {
  primary: Version;
  /** By place; null where there is none. */
  challengers: readonly ({ deployment: Version; share: number } | null)[];
}

/** Of the share of blocked requests in one arm. */
function designEffect(counts: ArmCounts): number {
  const { answered, blocks, meanWeight } = counts.columns();
  const { rate, requests, clusterVariance } = estimateRate(answered, blocks, meanWeight);
  const independent = (rate * (1 - rate)) / requests;
  return independent > 0 ? clusterVariance / independent : 1;
}

/** Compares each challenger with the primary. A comparison begins anew with another primary. */
export class Experiments<Version extends { readonly index: number } = Deployment> {
  #primary: Version | null = null;
  #all: readonly Experiment<Version>[] = [];
  #sampleRatio = new SampleRatio();
  /** The challengers that the sample ratio is of, by place. */
  #places: readonly (Version | null)[] = [];

  /** Versions, or their shares, have changed. */
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

  /** A request was answered, or was the version's to answer and could not be. @param index of its version. */
  settled(index: number, bucket: number, outcome: Decision | 'ERROR'): void {
    const isPrimary = index === this.#primary?.index;
    for (const { challenger, counts, primary } of this.#all) {
      if (isPrimary) primary.record(bucket, outcome);
      else if (challenger.index === index) counts.record(bucket, outcome);
    }
  }

  /** The challenger's rates less the primary's; null for a version that is no challenger. */
  comparisonOf(deployment: Version): Comparison | null {
    const found = this.#all.find(({ challenger }) => challenger === deployment);
    return found === undefined ? null : compare(found.primary, found.counts);
  }

  /**
   * How many times larger the variance of the block shares is than that of independent requests, because the requests of one routing key
   * are alike; at least 1.
   */
  designEffectOf(deployment: Version): number {
    const found = this.#all.find(({ challenger }) => challenger === deployment);
    if (found === undefined) return 1;
    return Math.max(1, ...[found.counts, found.primary].map(designEffect));
  }

  /** Whether requests came to the versions as their shares say; null where there is no challenger, or too little to tell. */
  sampleRatio(): SampleRatioCheck | null {
    return this.#all.length === 0 ? null : this.#sampleRatio.check();
  }
}
