/** How drift is measured. */
export interface DriftOptions {
  /**
   * The most rows of each version that are examined per second. After a pause, rows for up to 8 seconds may be examined at once. @default
   * 1_000
   */
  maxRowsPerSecond: number;
  /** Rows in the sliding window that is compared with the reference. A multiple of 8, at most 400,000. @default 4_000 */
  windowRows: number;
  /** Milliseconds after which a row leaves the window, even if few rows follow. @default 86_400_000 */
  windowMs: number;
  /** The window must have this many rows before drift is reported. @default 500 */
  minRows: number;
}

/** How far a feature is from the reference. */
export interface FeatureDrift {
  /** The feature's name. If two inputs have a feature of that name, the input's name and a dot come first. */
  name: string;
  /**
   * Population stability index of the feature, at least 0. The part that chance alone causes is subtracted. If the reference's own rows
   * differ much from each other, that difference is subtracted too. A value above 0.25 means that something has changed.
   */
  psi: number;
}

/** How far the rows that a version sees now are from the `reference` in its manifest. */
export interface DriftSummary {
  /** Rows in the window. They are a sample of the scored rows. */
  rows: number;
  /** Population stability index of the fraud probability, computed as for a feature; null while there are too few rows. */
  score: number | null;
  /** The features that have drifted most, the highest PSI first. At most ten; none while there are too few rows. */
  features: FeatureDrift[];
  /** How many features are watched. */
  watched: number;
}
