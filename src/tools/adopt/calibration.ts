import { readCalibrationFields } from '../../models/manifest-outputs.js';
import type { Calibration } from '../../protocol/output-forms.js';
import { FieldReader } from '../../validation/field-reader.js';
import { IssueList } from '../../validation/issues.js';

/** Whether a value is a calibration in the form of a manifest. */
export function isCalibration(value: unknown): value is Calibration {
  if (typeof value !== 'object' || value === null) return false;
  return readCalibrationFields(new FieldReader(value, 'calibration', new IssueList())) !== undefined;
}
