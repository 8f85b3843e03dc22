import { describe, expect, it } from 'vitest';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = JSON.stringify(fixtureModel('sqrt'));
const prelude = `
  import { once, on } from 'node:events';
  const scorer = await FraudScorer.create({ model: ${model}, workers: 1 });
  const request = { id: 'a', features: { x: [0.25] } };
  const counts = () => ['alert', 'decision', 'error'].map((event) => scorer.listenerCount(event)).join();
`;

describe('a scorer as an emitter of Node.js', () => {
  it('is taken by events.once, which can be aborted', async () => {
    const program = `
      const controller = new AbortController();
      const waiting = once(scorer, 'alert', { signal: controller.signal });
      console.log(counts());
      controller.abort();
      console.log(await waiting.catch(({ name }) => name), counts());
      const decision = once(scorer, 'decision', { signal: new AbortController().signal });
      await scorer.score(request);
      console.log((await decision)[0].id, counts());
      await scorer.close();
    `;
    expect(await runHost(prelude + program)).toMatchObject({
      code: 0,
      output: '1,0,1\nAbortError 0,0,0\na 0,0,0\n',
    });
  });

  it('is taken by events.on, which can be aborted', async () => {
    const program = `
      const controller = new AbortController();
      const decisions = on(scorer, 'decision', { signal: controller.signal });
      await scorer.scoreMany([request, { ...request, id: 'b' }]);
      const ids = [];
      const reason = await (async () => {
        for await (const [{ id }] of decisions) {
          ids.push(id);
          if (ids.length === 2) controller.abort();
        }
      })().catch(({ name }) => name);
      console.log(ids.join(), reason, counts());
      await scorer.close();
    `;
    expect(await runHost(prelude + program)).toMatchObject({ code: 0, output: 'a,b AbortError 0,0,0\n' });
  });

  it('has addListener and removeListener, which do as on and off', async () => {
    const program = `
      const listener = () => {};
      console.log(scorer.addListener('decision', listener) === scorer, counts());
      console.log(scorer.removeListener('decision', listener) === scorer, counts());
      await scorer.close();
    `;
    expect(await runHost(prelude + program)).toMatchObject({ code: 0, output: 'true 0,1,0\ntrue 0,0,0\n' });
  });

  it('refuses an event that there is not', async () => {
    const program = `
      const errors = [];
      for (const method of ['on', 'once', 'addListener', 'off', 'removeListener', 'listenerCount']) {
        try { scorer[method]('descision', () => {}); } catch (error) { errors.push(error); }
      }
      await once(scorer, 'alerts').catch((error) => errors.push(error));
      console.log(errors.map(({ code }) => code).join());
      console.log(errors[0].message);
      await scorer.close();
    `;
    const code = 'ERR_INVALID_OPTIONS';
    expect(await runHost(prelude + program)).toMatchObject({
      code: 0,
      output: `${new Array(7).fill(code).join()}\nInvalid options: event: expected one of "alert", "alertCleared", "decision", "deployment", "workerLost", received "descision"\n`,
    });
  });
});
