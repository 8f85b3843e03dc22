import type { BatchPart } from './batch.js';
import { type Environment, type OtherEnvironment, otherEnvironment } from './environment.js';
import type { RecordedVersion } from './recorded-version.js';
import type { OtherEnvironmentCounts, ReplayReport } from './replay-report.js';
import type { ReplayStatus } from './verdict.js';

/** Counts what was otherwise where decisions were taken, and what became of these decisions. */
export class EnvironmentTally {
  readonly #here: Environment;
  readonly #counts = new Map<string, OtherEnvironmentCounts>();
  readonly #ofVersions = new Map<RecordedVersion, Map<string, OtherEnvironment[]>>();
  readonly #same: ReplayReport['sameEnvironment'] = { withinTolerance: 0, different: 0 };

  constructor(here: Environment) {
    this.#here = here;
  }

  /** What was otherwise where a decision was taken. @param scoringHash of the model's model.json here. */
  othersOf({ version, provider }: Pick<BatchPart, 'version' | 'provider'>, scoringHash: string): OtherEnvironment[] {
    const byProvider = this.#ofVersions.get(version) ?? new Map<string, OtherEnvironment[]>();
    this.#ofVersions.set(version, byProvider);
    const known = byProvider.get(String(provider)) ?? otherEnvironment({ version, provider }, this.#here, scoringHash);
    byProvider.set(String(provider), known);
    return known;
  }

  count(others: readonly OtherEnvironment[], status: ReplayStatus): void {
    const key = keys[status];
    if (others.length === 0 && (key === 'withinTolerance' || key === 'different')) this.#same[key] += 1;
    for (const other of others) {
      const id = `${other.what} ${other.recorded}`;
      const counted = this.#counts.get(id) ?? { ...other, records: 0, ...noneOfThem };
      counted.records += 1;
      if (key !== null) counted[key] += 1;
      this.#counts.set(id, counted);
    }
  }

  summary(): Pick<ReplayReport, 'here' | 'otherEnvironments' | 'sameEnvironment'> {
    return {
      here: this.#here,
      otherEnvironments: [...this.#counts.values()].sort((a, b) => b.records - a.records),
      sameEnvironment: this.#same,
    };
  }
}

const noneOfThem = { withinTolerance: 0, different: 0, cannotBeReplayed: 0 };

const keys = {
  identical: null,
  'within tolerance': 'withinTolerance',
  different: 'different',
  'cannot be replayed': 'cannotBeReplayed',
} as const;
