/**
 * Adds a number to a sum that is kept in two cells. The second cell holds what the first loses by rounding (Knuth's TwoSum). If a number is
 * added and later subtracted, the sum is the same as before, to about 32 digits. With one cell, a few large amounts would swallow the small
 * ones.
 *
 * @param high index of the first cell. @param low index of the second.
 */
export function addTo(cells: Float64Array, high: number, low: number, value: number): void {
  const before = cells[high] as number;
  const sum = before + value;
  const added = sum - before;
  cells[high] = sum;
  cells[low] = (cells[low] as number) + (before - (sum - added)) + (value - added);
}
