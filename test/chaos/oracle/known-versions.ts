import type { ColumnScores, FeatureColumns, ScoreResult } from '../../../src/index.js';
import type { Harm, VersionDirectories } from '../faults/version-directories.js';
import { decisionOf, type KnownRow, type KnownRows } from './known-rows.js';
import type { Life } from './live-versions.js';

const codes = { APPROVE: 0, REVIEW: 1, BLOCK: 2 } as const;

/** A version with what it makes of each of the rows. */
interface KnownVersion {
  readonly directory: string;
  readonly rows: KnownRows;
  readonly harm: Harm | null;
}

/** Versions whose answers are known to the last bit, from a run of each by the runtime alone. */
export class KnownVersions {
  readonly #versions = new Map<string, KnownVersion>();
  readonly #rows: KnownRows;
  /** How many rows they are known of. */
  readonly length: number;

  private constructor(rows: KnownRows, length: number) {
    this.#rows = rows;
    this.length = length;
  }

  /** @param kinds what each version does to its workers, by name; null for nothing. */
  static async make(
    rows: KnownRows,
    directories: VersionDirectories,
    kinds: Readonly<Record<string, Harm | null>>,
  ): Promise<KnownVersions> {
    const known = new KnownVersions(rows, Math.min(rows.length, 512));
    let scale = 0.5;
    for (const [version, harm] of Object.entries(kinds)) {
      scale *= 1.3;
      const directory = await directories.serving(version, scale, harm ?? undefined);
      known.#versions.set(version, { directory, rows: await rows.by(directory, known.length), harm });
    }
    return known;
  }

  /** @param harm what they do to their workers. */
  named(harm: Harm | null): string[] {
    return [...this.#versions].filter(([, version]) => version.harm === harm).map(([name]) => name);
  }

  directoryOf(version: string): string {
    return this.#of(version).directory;
  }

  isHarmful(version: string): boolean {
    return this.#of(version).harm !== null;
  }

  request(row: number): KnownRow['request'] {
    return this.#rows.at(row).request;
  }

  /** Of the rows from one on, as `scoreColumns` takes them. */
  columns(from: number, rows: number): FeatureColumns {
    return Object.fromEntries(
      this.#rows.model.inputs.map(({ name, size }) => {
        const values = new Float32Array(rows * size);
        for (let row = 0; row < rows; row += 1) {
          values.set(this.request(from + row).features[name] as Float32Array, row * size);
        }
        return [name, values];
      }),
    );
  }

  /** Whether a result is the version's own, to the last bit. @param since the change of the policy that was the last at the call. */
  isAnswer(life: Life, row: number, result: ScoreResult, since: number): boolean {
    if (result.source !== 'model') return false;
    const known = this.#of(life.version).rows.at(row);
    return (
      Object.is(result.fraudProbability, known.fraudProbability) &&
      Object.is(result.riskScore, known.riskScore) &&
      life.policy.some(since, (threshold) => result.decision === decisionOf(known, threshold))
    );
  }

  isColumns(life: Life, from: number, rows: number, scores: ColumnScores, since: number): boolean {
    if (scores.fraudProbability.length !== rows) return false;
    const { rows: known } = this.#of(life.version);
    for (let row = 0; row < rows; row += 1) {
      const own = known.at(from + row);
      const decision = scores.decision[row];
      if (!Object.is(scores.fraudProbability[row], own.fraudProbability)) return false;
      if (!Object.is(scores.riskScore[row], own.riskScore)) return false;
      if (!life.policy.some(since, (threshold) => decision === codes[decisionOf(own, threshold)])) return false;
    }
    return true;
  }

  #of(version: string): KnownVersion {
    const known = this.#versions.get(version);
    if (known === undefined) throw new Error(`version ${version} is not known`);
    return known;
  }
}
