import type { DriftSummary } from '../../api/drift.js';

/** The drift of one version, for the alert. */
export interface DriftReading {
  version: string;
  /** Rows in the measured window. */
  rows: number;
  /** What is furthest from the reference: a feature's name, or null for the score. */
  feature: string | null;
  /** Its population stability index, minus what chance alone and the time of the rows cause. */
  psi: number;
}

/** The feature or the score of a version that has drifted most; null while there are too few rows, or if drift is not measured. */
export function driftReading(version: string, drift: DriftSummary | null | undefined): DriftReading | null {
  if (drift === null || drift === undefined || drift.score === null) return null;
  const { rows, score, features } = drift;
  const [first] = features;
  if (first === undefined || score > first.psi) return { version, rows, feature: null, psi: score };
  return { version, rows, feature: first.name, psi: first.psi };
}
