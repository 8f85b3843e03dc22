import { refusal } from './refusal.js';
import type { ClassLabel } from './zip-map.js';

/** Labels by which people call the class that is looked for. */
const positive =
  /^(fraud(ulent)?|is_?fraud|bad|default|positive|true|yes|anomal(y|ous)|outlier|churn(ed)?|chargeback|risky?)$/i;

export interface FraudClass {
  column: number;
  /** null where the graph has none. */
  label: ClassLabel | null;
}

/**
 * The column of the class that is fraud: what the caller says, or the second of two.
 *
 * @param given a number is a column, a text a label.
 * @param labels in column order; none where the graph has none.
 * @throws {ModelInvalidError} with the choices, where there is no such class, or the caller must say which.
 */
export function chooseClass(
  given: number | string | undefined,
  width: number,
  labels: readonly ClassLabel[],
): FraudClass {
  const named = labels.length === width ? labels : [];
  const at = (column: number): FraudClass => ({ column, label: named[column] ?? null });
  const choices = Array.from({ length: Math.min(width, 20) }, (_, column) => {
    const label = named[column];
    return `--fraud-class ${column}${label === undefined ? '' : ` (label ${JSON.stringify(label)})`}`;
  }).join(', ');
  if (typeof given === 'number') {
    if (given < width) return at(given);
    throw refusal('fraudClass', `one of ${choices}`, `column ${given}`);
  }
  if (given !== undefined) {
    const column = named.findIndex((label) => String(label) === given);
    if (column >= 0) return at(column);
    const expected = named.length === 0 ? `a column, as the graph has no labels: ${choices}` : `one of ${choices}`;
    throw refusal('fraudClass', expected, `the label ${JSON.stringify(given)}`);
  }
  const [first = '', second = ''] = named.map(String);
  const isReversed = positive.test(first) ? !positive.test(second) : first === '1' && /^(0|-1)$/.test(second);
  if (width === 2 && !isReversed) return at(1);
  throw refusal('fraudClass', `a choice, which of ${width} classes is fraud: ${choices}`, 'none');
}
