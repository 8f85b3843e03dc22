import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { FraudScorer } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const request = { features: { x: [0.25] } };

/** What is garbage is no leak, and the engine collects it when it likes. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc: unknown = runInNewContext('gc');
  if (typeof gc === 'function') gc();
}

function openHandles(): number {
  return process.getActiveResourcesInfo().length;
}

describe('create and close', () => {
  it('can be repeated 25 times in one process without growing handles, listeners or memory', async () => {
    const sizes: number[] = [];
    const handles: number[] = [];
    const before = process.listenerCount('exit');
    for (let round = 0; round < 25; round += 1) {
      const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 2 });
      expect(await scorer.scoreMany([request, request])).toMatchObject([
        { status: 'fulfilled' },
        { status: 'fulfilled' },
      ]);
      await scorer.close();
      handles.push(openHandles());
      collectGarbage();
      sizes.push(process.memoryUsage.rss());
    }
    expect(process.listenerCount('exit')).toBe(before);
    expect(handles.at(-1)).toBeLessThanOrEqual(handles[4] ?? 0);
    // The runtime keeps some memory for each session it ever made; a leak of ours would be far more.
    expect((sizes.at(-1) ?? 0) - (sizes[4] ?? 0)).toBeLessThan(100 * 1024 ** 2);
  });

  it('lets two scorers in one process live and end without disturbing each other', async () => {
    const [first, second] = await Promise.all([
      FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1 }),
      FraudScorer.create({ model: fixtureModel('linear'), workers: 1 }),
    ]);
    await first.score(request);
    await first.close();
    const features = { left: [1, 2, 3], right: [1, 2] };
    expect(await second.score({ features })).toMatchObject({ model: { name: 'linear' } });
    expect(second.summary().requests.total).toBe(1);
    await second.close();
  });

  it.each([
    ['the option', { workers: 2 }, 2, 'option'],
    ['the devices', { devices: [0], providers: ['cpu'] }, 1, 'devices'],
    ['the CPUs, or their quota', {}, expect.any(Number), expect.stringMatching(/^(\d+ cpus?|cpu quota of [\d.]+)$/)],
  ] as const)('say in the log how many workers there are, and why: %s', async (_, options, workers, workersFrom) => {
    const lines: unknown[] = [];
    const logger = { info: (_: string, fields?: object) => lines.push(fields), warn: () => {}, error: () => {} };
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), logger, ...options });
    await scorer.close();
    expect(lines[0]).toMatchObject({ workers, workersFrom });
  });

  it('is the end of an `await using`', async () => {
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1 });
    await scorer[Symbol.asyncDispose]();
    await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

const prelude = `
  const model = ${JSON.stringify(fixtureModel('sqrt'))};
  const scorer = await FraudScorer.create({ model, workers: 2 });
  const request = { features: { x: [0.25] } };
  const load = async () => { for (;;) await scorer.scoreMany(Array.from({ length: 2000 }, () => request)); };
`;

describe('the end of the host', () => {
  it.each([
    ['a natural end after close', 'await scorer.score(request); await scorer.close();', { code: 0, output: '' }],
    ['a natural end without close', 'await scorer.score(request);', { code: 0, output: '' }],
    ['process.exit under load', 'load(); await scorer.score(request); process.exit(3);', { code: 3, output: '' }],
    [
      'process.exit during close under load',
      'load(); await scorer.score(request); scorer.close(); process.exit(4);',
      { code: 4, output: '' },
    ],
    [
      'process.exit while another is created',
      'void FraudScorer.create({ model }); await scorer.score(request); process.exit(5);',
      { code: 5, output: '' },
    ],
    [
      'an uncaught exception under load',
      'load(); await scorer.score(request); setImmediate(() => { throw new Error("of the host"); });',
      { code: 1, output: expect.stringContaining('of the host') },
    ],
    [
      'a signal under load',
      'load(); await scorer.score(request); console.log("kill me");',
      { code: null, signal: 'SIGTERM' },
    ],
  ])("is the host's own, without a warning, for %s", async (_, program, expected) => {
    expect(await runHost(prelude + program)).toMatchObject(expected);
  });
});
