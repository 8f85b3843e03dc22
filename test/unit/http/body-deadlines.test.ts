import { describe, expect, it } from 'vitest';
import { BodyDeadlines } from '../../../src/integrations/http/body-deadlines.js';
import { FakeClock } from '../../support/fake-clock.js';

describe('The deadlines of bodies', () => {
  it('tell each body that is late, once, and none that has arrived', () => {
    const clock = new FakeClock();
    const deadlines = new BodyDeadlines(100, clock);
    const late: string[] = [];
    const first = deadlines.begin(() => late.push('first'));
    clock.advance(50);
    deadlines.begin(() => late.push('second'));
    deadlines.end(first);
    clock.advance(20);
    // It gets the slot of the first.
    deadlines.begin(() => late.push('third'));
    clock.advance(79);
    expect(late).toEqual([]);
    clock.advance(1);
    expect(late).toEqual(['second']);
    clock.advance(20);
    expect(late).toEqual(['second', 'third']);
    clock.advance(1_000);
    expect(late).toEqual(['second', 'third']);
  });

  it('begin again after a pause, also where a body begins while another is given up', () => {
    const clock = new FakeClock();
    const deadlines = new BodyDeadlines(100, clock);
    const late: string[] = [];
    deadlines.end(deadlines.begin(() => late.push('first')));
    clock.advance(1_000);
    deadlines.begin(() => {
      late.push('second');
      deadlines.begin(() => late.push('third'));
    });
    clock.advance(100);
    expect(late).toEqual(['second']);
    clock.advance(100);
    expect(late).toEqual(['second', 'third']);
  });
});
