import type { DriftOptions } from '../../api/drift.js';
import type { FieldReader } from '../../validation/field-reader.js';

export const expectedDrift = 'false, or an object with maxRowsPerSecond, windowRows, windowMs and minRows';

export function readDriftOptions(reader: FieldReader): DriftOptions {
  const windowRows = reader.number('windowRows', 4_000, { min: 16, max: 400_000, integer: true });
  const options: DriftOptions = {
    maxRowsPerSecond: reader.number('maxRowsPerSecond', 1_000, { above: 0, max: 1_000_000, unit: 'rows a second' }),
    windowRows,
    windowMs: reader.number('windowMs', 86_400_000, { above: 0, unit: 'milliseconds' }),
    minRows: reader.number('minRows', Math.min(500, Math.floor(windowRows / 2)), { min: 1, integer: true }),
  };
  if (options.minRows > windowRows / 2) {
    reader.reject('minRows', `at most half of windowRows, which is ${windowRows}`, options.minRows);
  }
  reader.rejectUnknown();
  return options;
}
