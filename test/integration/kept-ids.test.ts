import { describe, expect, it } from 'vitest';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = JSON.stringify(fixtureModel('sqrt'));

describe('ids that were sliced out of large texts', () => {
  it.each([
    ['plain', "'transaction-'"],
    ['with lone surrogates', "'\\ud800transaction-\\udc00'"],
  ])('keep nothing of those alive while they wait for labels, and match them (%s)', async (_, start) => {
    const program = `
      const scorer = await FraudScorer.create({ model: ${model}, workers: 1 });
      const start = ${start};
      const large = (index) => (start + String(index).padStart(8, '0')).padEnd(65_536, 'the rest of a file, ');
      const idOf = (index) => large(index).slice(0, start.length + 8);
      const keptMb = () => { gc(); gc(); return process.memoryUsage().heapUsed / 2 ** 20; };
      await scorer.score({ id: idOf(0), features: { x: [0.25] } });
      const before = keptMb();
      for (let index = 1; index <= 2_000; index += 1) await scorer.score({ id: idOf(index), features: { x: [0.25] } });
      const scored = keptMb();
      for (let index = 2_001; index <= 4_000; index += 1) {
        scorer.recordOutcome({ id: idOf(index), isFraud: true, decision: 'BLOCK', version: '1' });
      }
      const told = keptMb();
      let matched = 0;
      for (let index = 1; index <= 4_000; index += 1) {
        if (scorer.recordOutcome({ id: start + String(index).padStart(8, '0'), isFraud: false })) matched += 1;
      }
      await scorer.close();
      console.log(JSON.stringify({ scored: scored - before, told: told - scored, matched }));
    `;
    const { code, output } = await runHost(program, { nodeOptions: ['--expose-gc'] });
    expect([code, output]).toEqual([0, expect.stringContaining('matched')]);
    const { scored, told, matched } = JSON.parse(output);
    expect(matched).toBe(4_000);
    // With the texts it would be 125 MiB each.
    expect(scored).toBeLessThan(4);
    expect(told).toBeLessThan(4);
  });
});
