import { describe, expect, it } from 'vitest';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = JSON.stringify(fixtureModel('sqrt'));

describe('a signal that many scorers share', () => {
  it('has one listener while requests or columns wait, none after, and brings no warning', async () => {
    const program = `
      import { getEventListeners } from 'node:events';
      process.on('warning', ({ name }) => console.log(name));
      const scorers = [];
      for (let count = 0; count < 12; count += 1) scorers.push(await FraudScorer.create({ model: ${model}, workers: 1, maxQueueSize: 10 }));
      const controller = new AbortController();
      const { signal } = controller;
      const send = () => scorers.flatMap((scorer) => [
        scorer.score({ features: { x: [0.25] } }, { signal }),
        scorer.scoreColumns({ x: [0.25] }, 1, { signal }),
      ]);
      const listeners = () => getEventListeners(signal, 'abort').length;
      const answered = send();
      console.log(listeners());
      await Promise.all(answered);
      console.log(listeners());
      const aborted = send();
      console.log(listeners());
      controller.abort();
      const ends = await Promise.allSettled(aborted);
      console.log(listeners(), [...new Set(ends.map(({ reason }) => reason?.code))].join(), ends.length);
      await Promise.all(scorers.map((scorer) => scorer.close()));
    `;
    expect(await runHost(program)).toMatchObject({ code: 0, output: '1\n0\n1\n0 ERR_ABORTED 24\n' });
  });
});
