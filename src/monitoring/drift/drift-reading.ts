import type { DriftSummary } from '../../api/drift.js';

/** What an alert on drift looks at, of one version. */
export interface DriftReading {
  version: string;
  /** Rows in the window that it was measured over. */
  rows: number;
  /** What is furthest from the reference: a feature's name, or null for the score. */
  feature: string | null;
  /** Its population stability index, less what chance alone and the time of the rows make of it. */
  psi: number;
}

/** What has drifted most of a version: a feature, or its score; null while too few rows were seen, or where drift is not measured. */
export function driftReading(version: string, drift: DriftSummary | null | undefined): DriftReading | null {
  if (drift === null || drift === undefined || drift.score === null) return null;
  const { rows, score, features } = drift;
  const [first] = features;
  if (first === undefined || score > first.psi) return { version, rows, feature: null, psi: score };
  return { version, rows, feature: first.name, psi: first.psi };
}
