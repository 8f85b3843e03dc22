import type { AlertSeverity } from '../../api/alerts.js';
import type { FieldReader } from '../../validation/field-reader.js';
import type { BadSide } from './rule.js';

/** One day of checks. */
const mostLooks = 86_400;

const severities = ['warning', 'critical'] as const satisfies readonly AlertSeverity[];

/** Checks in a row. @default 1 */
export function readLooks(reader: FieldReader, name: 'raiseAfter' | 'clearAfter'): number {
  return reader.number(name, 1, { min: 1, max: mostLooks, integer: true });
}

/** @default 'warning' */
export function readSeverity(reader: FieldReader): AlertSeverity {
  return reader.oneOf('severity', severities, 'warning');
}

/** @default 0 */
export function readVolume(reader: FieldReader): number {
  return reader.number('minimumVolume', 0, { min: 0 });
}

/** The value at which an alert is cleared. It must be inside the threshold. @returns null if it is absent. */
export function readClearAt(reader: FieldReader, name: string, bad: BadSide, threshold: number): number | null {
  const range = bad === 'above' ? { max: threshold } : { min: threshold };
  const value = reader.number(name, threshold, range);
  return reader.has(name) ? value : null;
}
