import type { Calibration } from '../../protocol/output-forms.js';

/** Whether a value is a calibration as a manifest has it. */
export function isCalibration(value: unknown): value is Calibration {
  if (typeof value !== 'object' || value === null || !('method' in value)) return false;
  if (value.method === 'platt') {
    return 'a' in value && 'b' in value && isNumber(value.a) && isNumber(value.b) && value.a !== 0;
  }
  if (value.method !== 'isotonic' || !('x' in value) || !('y' in value)) return false;
  const { x, y } = value;
  if (!isNumbers(x) || !isNumbers(y) || x.length < 2 || x.length !== y.length) return false;
  return (
    x.every((item, index) => index === 0 || item > (x[index - 1] ?? item)) && y.every((item) => item >= 0 && item <= 1)
  );
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isNumber);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
