import type { DriftOptions } from '../api/drift.js';
import type { Clock } from '../host/clock.js';
import type { Manifest } from '../models/manifest.js';
import { DriftWatch } from '../monitoring/drift/drift-watch.js';
import { textsOf } from '../protocol/input-texts.js';
import type { FeatureRows } from '../requests/feature-rows.js';

export interface DriftSetting {
  /** How drift is measured; null if it is not. */
  drift: DriftOptions | null;
}

/** Measures drift over a version's rows; null if drift is switched off or the manifest has no reference. */
export function driftWatchOf(
  { reference, inputs }: Manifest,
  { layout, bytes }: FeatureRows,
  options: DriftOptions | null,
  clock: Clock,
): DriftWatch | null {
  if (reference === undefined || options === null) return null;
  const texts = (input: string): string[][] => inputs.filter(({ name }) => name === input).flatMap(textsOf);
  return new DriftWatch({ reference, inputs, layout, memory: bytes, textsOf: texts, options, clock });
}
