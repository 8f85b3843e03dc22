import { FeatureRows } from '../../src/requests/feature-rows.js';
import { type RowLayout, rowLayoutOf } from '../../src/requests/row-layout.js';
import { type LaneSizes, Lanes, laneRowsOf } from '../../src/scheduling/lanes.js';

/** Lanes, with the features that are copied into them. @param rows of requests. */
export function lanesOf(
  {
    lanes,
    maxBatchSize,
    attention = false,
    rawRoom = 0,
  }: Pick<LaneSizes, 'lanes' | 'maxBatchSize'> & Partial<LaneSizes>,
  rows: number,
  layout: RowLayout = rowLayoutOf([{ name: 'x', size: 1 }]),
): { lanes: Lanes; features: FeatureRows } {
  const sizes = { lanes, maxBatchSize, attention, rawRoom };
  const features = new FeatureRows(layout, rows, laneRowsOf(sizes));
  return { lanes: new Lanes(sizes, features), features };
}
