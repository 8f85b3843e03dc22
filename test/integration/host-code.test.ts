import { describe, expect, it } from 'vitest';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = JSON.stringify(fixtureModel('sqrt'));

const kinds = [
  ['an async function that rejects', 'async () => { throw new Error("of the host"); }'],
  ['a promise of another realm that rejects', `() => runInNewContext('Promise.reject(new Error("of another realm"))')`],
  ['a thenable that rejects', '() => ({ then: (_, reject) => reject(new Error("of the host")) })'],
  ['an object whose then throws when it is read', '() => ({ get then() { throw new Error("of the host"); } })'],
  ['a rejection with what can not be read', '() => Promise.reject(revoked())'],
] as const;

describe('a host whose listeners, logger and fallback give', () => {
  it.each(kinds)('%s is not ended by it', async (_, made) => {
    const program = `
      import { runInNewContext } from 'node:vm';
      const revoked = () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; };
      const make = ${made};
      const errors = [];
      const logger = {
        info: make,
        warn: make,
        error: (message) => { errors.push(message); return make(); },
      };
      const options = { model: ${model}, workers: 1, logger, fallback: make, maxQueueSize: 1, alerts: { maxMemoryGb: 0 } };
      const scorer = await FraudScorer.create(options);
      const alerted = new Promise((resolve) => scorer.once('alert', () => { resolve(); return make(); }));
      scorer.on('decision', make);
      const keepsAlive = setInterval(() => {}, 1_000);
      const first = scorer.score({ features: { x: [0.25] } });
      const refused = await scorer.score({ features: { x: [0.25] } }).catch(({ code }) => code);
      await first;
      await alerted;
      await new Promise((resolve) => setImmediate(resolve));
      clearInterval(keepsAlive);
      await scorer.close();
      console.log([refused, ...[...new Set(errors)].sort()].join('\\n'));
    `;
    expect(await runHost(program)).toMatchObject({
      code: 0,
      output:
        "ERR_QUEUE_FULL\nA listener of 'alert' failed\nA listener of 'decision' failed\nThe fallback gave no decision\n",
    });
  });
});
