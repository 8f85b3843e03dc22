import { createHash } from 'node:crypto';

/** The fields of `model.json` that scores depend on, beside the files. */
const fields = ['inputs', 'outputs', 'calibration', 'batch'] as const;

/**
 * A hash of what scores depend on in `model.json`: means and calibration, for example, can change while the ONNX file stays the same.
 *
 * @param json the parsed `model.json`.
 * @returns SHA-256, in hexadecimal, of these fields as JSON with its keys in alphabetical order.
 */
export function scoringHash(json: unknown): string {
  const manifest = typeof json === 'object' && json !== null ? (json as Partial<Record<string, unknown>>) : {};
  const scoring = fields.map((field) => manifest[field] ?? null);
  return createHash('sha256').update(JSON.stringify(scoring, sortKeys)).digest('hex');
}

function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
