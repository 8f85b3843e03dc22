/**
 * Adds a number to a sum that two cells hold, the second of them what the first loses to rounding (Knuth's TwoSum). A number that is added
 * and taken away again leaves the sum as it was, to about 32 digits; in one cell, a few large amounts would swallow the small ones.
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
