import { describe, expect, it } from 'vitest';
import { settledShadows } from '../../../examples/replay/settled-shadows.js';
import type { DeploymentSummary, ShadowSummary } from '../../../src/index.js';
import { ManualClock } from './manual-clock.js';

const none = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
const noneDropped = { queueFull: 0, pressure: 0, notReadable: 0, failed: 0, late: 0, unpaired: 0, retired: 0 };

function scorerOf(shadow: Pick<ShadowSummary, 'copied' | 'flips' | 'dropped'>) {
  return { deployments: () => [{ shadow } as unknown as DeploymentSummary] };
}

describe('the wait for shadows', () => {
  it('ends once every copy was compared or dropped', async () => {
    const clock = new ManualClock();
    const flips = { APPROVE: { ...none, APPROVE: 5 }, REVIEW: none, BLOCK: none };
    const shadow = { copied: 8, flips, dropped: { ...noneDropped, queueFull: 9, failed: 1, late: 1 } };
    clock.onSleep = () => {
      if (clock.slept.length === 3) flips.APPROVE.BLOCK += 1;
    };
    await settledShadows(scorerOf(shadow), clock);
    expect(clock.slept.length).toBe(3);
  });

  it('ends after ten seconds', async () => {
    const clock = new ManualClock();
    const flips = { APPROVE: none, REVIEW: none, BLOCK: none };
    const startMs = clock.now();
    await settledShadows(scorerOf({ copied: 1, flips, dropped: noneDropped }), clock);
    expect(clock.now() - startMs).toBe(10_000);
  });
});
