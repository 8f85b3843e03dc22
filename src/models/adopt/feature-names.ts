import { refusal } from './refusal.js';
import { product, type RowInput } from './row-inputs.js';

/** Names of table columns that hold the label. */
const labelName = /^(class|label|target|y|outcome|is_?fraud|fraud|is_?churn|churn|default|survived)$/i;

/** Names of features by input. An input that is missing has none. */
export type NamesByInput = ReadonlyMap<string, readonly string[]>;

export interface NamedFeatures {
  names: NamesByInput;
  /** Header columns that were taken for labels and left out. */
  leftOut: string[];
}

/** How many features the names are for; null if it is not known, because labels may be among them. */
export function countOf(names: readonly string[] | null, isHeader: boolean): number | null {
  if (names === null) return null;
  return isHeader ? names.filter((name) => !labelName.test(name)).length : names.length;
}

/**
 * Assigns names to features in the order of the inputs. If each column has its own input, assigns them by the input's name.
 *
 * @param given null if there are none.
 * @param isHeader whether they are the header of a table, which may also have a label column.
 * @throws {ModelInvalidError} if their number differs from the number of features.
 */
export function nameFeatures(
  inputs: readonly RowInput[],
  given: readonly string[] | null,
  isHeader: boolean,
): NamedFeatures {
  const own = new Map(inputs.filter(({ size }) => size === 1).map(({ name }) => [name, [name]]));
  if (given === null) return { names: own, leftOut: [] };
  const total = inputs.reduce((sum, { shape }) => sum + product(shape), 0);
  if (own.size === inputs.length && inputs.every(({ name }) => given.includes(name))) {
    return { names: own, leftOut: given.filter((name) => !own.has(name)) };
  }
  const leftOut = isHeader && given.length > total ? given.filter((name) => labelName.test(name)) : [];
  const left = given.filter((name) => !leftOut.includes(name));
  if (left.length !== total) {
    throw refusal('features', `${total} names, as many as the graph has features`, `${left.length}`);
  }
  const names = new Map<string, readonly string[]>();
  let next = 0;
  for (const { name, size } of inputs) {
    names.set(name, left.slice(next, next + size));
    next += size;
  }
  return { names, leftOut };
}
