import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { garbageOf, type Scavenge } from '../../../bench/against/garbage.js';
import { comparisonOf } from '../../../bench/against/table.js';
import { reportText } from '../../../bench/report/report-text.js';
import { fullSettings } from '../../../bench/settings.js';

describe('The garbage of a run', () => {
  it('is what was allocated between two collections, and what of it went to the old generation', () => {
    const step = fc.record({ allocated: fc.nat(1_000_000), survived: fc.nat(1_000), promoted: fc.nat(1_000) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), (steps) => {
        let [young, old] = [0, 5_000];
        const scavenges = steps.map(({ allocated, survived, promoted }): Scavenge => {
          const youngBefore = young + allocated;
          const scavenge = { youngBefore, youngAfter: survived, oldBefore: old, oldAfter: old + promoted };
          young = survived;
          old += promoted;
          return scavenge;
        });
        const counted = steps.slice(1);
        expect(garbageOf(scavenges)).toEqual({
          allocated: counted.reduce((sum, { allocated }) => sum + allocated, 0),
          promoted: counted.reduce((sum, { promoted }) => sum + promoted, 0),
        });
      }),
    );
  });
});

describe('A comparison with another build', () => {
  const pairs = {
    here: {
      score: [
        { perSecond: 300, p99Ms: 4 },
        { perSecond: 200, p99Ms: 6 },
      ],
      open: [{ p99MsAt10k: 3, p99MsAt100k: 5, busy: 0.3 }],
    },
    there: {
      score: [
        { perSecond: 100, p99Ms: 8 },
        { perSecond: 100, p99Ms: 6 },
      ],
      open: [{ p99MsAt10k: 4, p99MsAt100k: 6, busy: 0.4 }],
    },
    alone: {
      limit: [{ perSecond: 1_000 }, { perSecond: 1_000 }],
      floor: [{ p99MsAt10k: 2, p99MsAt100k: 3, busy: 0.2 }],
    },
  };
  const tables = new Map(comparisonOf(pairs).tables.map(({ title, rows }) => [title, rows[0]?.slice(1)]));
  const medians = (title: string): unknown =>
    tables.get(title)?.map((cell) => (typeof cell === 'object' ? (cell?.median ?? null) : cell));

  it('takes ratios pair by pair, and the share of the bare loops of the same pair', () => {
    expect(medians('score(), saturated')).toEqual([250, 100, 2.5, 0.25, 0.1]);
    expect(medians('P99 saturated')).toEqual([5, 7, 0.75]);
  });

  it("takes off the floor's of the same pair", () => {
    expect(medians("P99 at 10,000/s less the floor's")).toEqual([1, 2, 0.5]);
  });

  it('leaves out what was not measured of both builds', () => {
    expect([...tables.keys()]).not.toContain('scoreColumns');
  });

  it('can be printed', () => {
    const result = {
      ...comparisonOf({ here: { score: [{ perSecond: 3 }] }, there: { score: [{ perSecond: 2 }] }, alone: {} }),
      ...{ scenario: 'against', title: 'This build beside another', takenAt: '', seconds: 1 },
      environment: { node: '20', cpu: 'x', cores: 2, commit: null } as never,
      settings: fullSettings('x'),
    };
    expect(reportText({ format: 1, results: [result] })).toMatch(/3\/s.*2\/s.*1\.50/);
  });
});
