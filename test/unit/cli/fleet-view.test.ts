import { describe, expect, it } from 'vitest';
import { plainPaint } from '../../../src/cli/watch/paint.js';
import { lineOf, viewOf } from '../../../src/cli/watch/view.js';
import { DashboardSource } from '../../../src/dashboard/source.js';
import { FakeClock } from '../../support/fake-clock.js';
import { StandInFleet } from '../../support/stand-in-fleet.js';
import { StandInScorer } from '../../support/stand-in-scorer.js';

describe('the view of a fleet', () => {
  const snapshot = new DashboardSource(new StandInFleet(), new FakeClock(), null).read();

  it('says how many nodes there are, and lists each with its versions', () => {
    const view = viewOf(snapshot, { answered: [], p99: [] }, '', { columns: 120, rows: 40 }, plainPaint);
    expect(view).toMatch(/version 1 {2}1 node, 1 missing {2}up/);
    expect(view).toMatch(/node-b {2}✖ does not answer *\n/);
    expect(view).toMatch(
      /node-a {2}✓ healthy +1,234 +2\.00\s% +3\.00 ms +5 +1 of 2 {2}1 \(75.*%\), 2 \(25.*%\), 3 \(shadow\)/,
    );
    expect(lineOf(snapshot)).toContain(' | 1 node, 1 missing | ok | ');
  });

  it("takes rates from the fleet's own earlier summary, also at the first look", () => {
    expect(snapshot.point.answered).toBe(2_000);
  });

  it('shows no nodes for a single scorer', () => {
    const single = new DashboardSource(new StandInScorer(), new FakeClock(), null).read();
    expect(single.fleet).toBeUndefined();
    expect(lineOf(single)).not.toContain('node');
  });
});
