import { refusal } from './refusal.js';
import type { ClassLabel } from './zip-map.js';

/** Common labels of the positive class. */
const positive =
  /^(fraud(ulent)?|is_?fraud|bad|default|positive|true|yes|anomal(y|ous)|outlier|churn(ed)?|chargeback|risky?)$/i;

export interface FraudClass {
  column: number;
  /** null if the graph has no labels. */
  label: ClassLabel | null;
}

/**
 * The column of the fraud class: the one that the caller names, or the second of two.
 *
 * @param given a number is a column, a text is a label.
 * @param labels in column order; empty if the graph has none.
 * @throws {ModelInvalidError} with the choices, if there is no such class, or if the caller must choose.
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
  throw refusal('fraudClass', `the class that is fraud, one of ${width}: ${choices}`, 'none');
}
