import { describe, expect, it } from 'vitest';
import { RecentShares } from '../../../examples/deployments/recent-shares.js';

describe('recent shares', () => {
  it('are of the answers of the last 1.5 s alone', () => {
    const shares = new RecentShares();
    expect(shares.add(0, new Map())).toEqual(new Map());
    expect(shares.add(1_000, new Map([['1', 100]]))).toEqual(new Map([['1', 1]]));
    const later = new Map([
      ['1', 130],
      ['2', 10],
    ]);
    expect(shares.add(2_500, later)).toEqual(
      new Map([
        ['1', 0.75],
        ['2', 0.25],
      ]),
    );
  });

  it('are none where nothing is answered any more', () => {
    const shares = new RecentShares();
    const answered = new Map([['1', 5]]);
    shares.add(0, answered);
    expect(shares.add(2_000, answered)).toEqual(new Map());
  });
});
