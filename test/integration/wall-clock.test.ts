import { describe, expect, it } from 'vitest';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

describe('a wall clock that is 100 days ahead for a while', () => {
  it('makes no decision forgotten that waits for its label', async () => {
    const program = `
      const rss = process.memoryUsage.rss;
      let looks = 0;
      let onLook = () => {};
      // Called at each look that the monitor takes, every second.
      process.memoryUsage.rss = () => { looks += 1; onLook(); return rss(); };
      const looked = async (times) => { while (looks < times) await new Promise((resolve) => { onLook = resolve; }); };
      const scorer = await FraudScorer.create({ model: ${JSON.stringify(fixtureModel('sqrt'))}, workers: 1 });
      await scorer.score({ id: 'a', features: { x: [0.25] } });
      const now = Date.now;
      Date.now = () => now() + 100 * 86_400_000;
      const keepsAlive = setInterval(() => {}, 1_000);
      await looked(looks + 2);
      clearInterval(keepsAlive);
      Date.now = now;
      console.log(scorer.recordOutcome({ id: 'a', isFraud: true }));
      await scorer.close();
    `;
    expect(await runHost(program)).toMatchObject({ code: 0, output: 'true\n' });
  });
});
