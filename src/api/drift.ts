/** How drift is measured. */
export interface DriftOptions {
  /** Rows that are looked at each second at most, of each version; after a pause up to 8 seconds' worth at once. @default 1_000 */
  maxRowsPerSecond: number;
  /** Rows of the sliding window that is compared with the reference; a multiple of 8, at most 400,000. @default 4_000 */
  windowRows: number;
  /** Milliseconds after which rows leave the window even where few follow. @default 86_400_000 */
  windowMs: number;
  /** Rows that the window must have before anything is said. @default 500 */
  minRows: number;
}

/** How far a feature is from the reference. */
export interface FeatureDrift {
  /** The feature's name; with its input's name and a dot before it where two inputs have a feature of that name. */
  name: string;
  /**
   * Its population stability index, less what chance alone makes of it, and less what is usual between the reference's own rows, where that is
   * much; at least 0. Above 0.25 something has changed.
   */
  psi: number;
}

/** How far what a version sees now is from the `reference` in its manifest. */
export interface DriftSummary {
  /** Rows in the window: a sample of what was scored. */
  rows: number;
  /** Population stability index of the probability of fraud, as that of a feature; null while there are too few rows. */
  score: number | null;
  /** The features that have drifted most, the first one furthest; at most ten, none while there are too few rows. */
  features: FeatureDrift[];
  /** Features that are watched. */
  watched: number;
}
