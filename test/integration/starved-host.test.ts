import { describe, expect, it } from 'vitest';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = JSON.stringify(fixtureModel('sqrt'));

/** A host that says how often the system did not tell its resident memory. */
const prelude = `
  import { closeSync, openSync } from 'node:fs';
  const request = { features: { x: [0.25] } };
  const rss = process.memoryUsage.rss;
  let missing = 0;
  let onMissing = () => {};
  const failing = (call) => {
    try { return call(); } catch (error) { missing += 1; onMissing(); throw error; }
  };
  const missed = async (times) => {
    while (missing < times) await new Promise((resolve) => { onMissing = resolve; });
  };
  process.memoryUsage.rss = () => failing(rss);
  const descriptors = [];
  const useUpDescriptors = () => { try { for (;;) descriptors.push(openSync('/dev/null')); } catch {} };
`;

describe('a host that has no descriptor left', () => {
  it('goes on scoring, and has no sample of its memory', async () => {
    const program = `
      const scorer = await FraudScorer.create({ model: ${model}, workers: 1, alerts: { maxMemoryGb: 0 } });
      useUpDescriptors();
      const keepsAlive = setInterval(() => {}, 1_000);
      await missed(2);
      clearInterval(keepsAlive);
      const { source } = await scorer.score(request);
      for (const descriptor of descriptors) closeSync(descriptor);
      const { summary } = await scorer.close();
      console.log(source, summary.performance.memoryGb.max > 0);
    `;
    const { code, output } = await runHost(prelude + program, { before: 'ulimit -n 80' });
    expect([code, output]).toEqual([0, 'model true\n']);
  });

  it('goes on though a worker dies that can not be replaced, and recovers once there are descriptors', async () => {
    const workerFile = JSON.stringify(projectPath('test/fixtures/workers/poisoned-worker.mjs'));
    const program = `
      const notReplaced = [];
      const logger = { info() {}, warn() {}, error: (message) => { if (message.includes('replaced')) notReplaced.push(message); } };
      const options = { model: ${model}, workers: 1, workerFile: ${workerFile}, timeoutMs: Infinity, logger };
      const scorer = await FraudScorer.create(options);
      useUpDescriptors();
      const poisoned = scorer.score({ features: { x: [-1000] } });
      while (notReplaced.length === 0) await new Promise((resolve) => setImmediate(resolve));
      for (const descriptor of descriptors) closeSync(descriptor);
      const reason = await poisoned.then(() => 'answered', ({ code }) => code);
      const { source } = await scorer.score(request);
      await scorer.close();
      console.log(reason, source);
    `;
    const { code, output } = await runHost(prelude + program, { before: 'ulimit -n 80' });
    expect([code, output]).toEqual([0, 'ERR_WORKER_LOST model\n']);
  });
});

describe('a host whose system does not tell its memory', () => {
  it('can create a scorer, whose statistics of the memory are null', async () => {
    const program = `
      process.memoryUsage.rss = () => failing(() => {
        throw Object.assign(new Error('ENOENT: no such file or directory, uv_resident_set_memory'), { code: 'ENOENT' });
      });
      const scorer = await FraudScorer.create({ model: ${model}, workers: 1, alerts: { maxMemoryGb: 0 } });
      const keepsAlive = setInterval(() => {}, 1_000);
      await missed(3);
      clearInterval(keepsAlive);
      const { source } = await scorer.score(request);
      const { performance, recent, activeAlerts } = scorer.summary();
      console.log(source, scorer.health().status, JSON.stringify([performance.memoryGb, recent.performance.memoryGb, activeAlerts]));
      await scorer.close();
    `;
    const { code, output } = await runHost(prelude + program);
    const none = { mean: null, max: null };
    expect([code, output]).toEqual([0, `model ok ${JSON.stringify([none, none, []])}\n`]);
  });
});

describe('a host whose worker file says strange things', () => {
  it('leaves messages alone that only look like a report, and settles what is answered with nothing', async () => {
    const workerFile = JSON.stringify(projectPath('test/fixtures/workers/strange-worker.mjs'));
    const program = `
      const scorer = await FraudScorer.create({ model: ${model}, workers: 1, workerFile: ${workerFile} });
      const ends = [];
      for (const x of [0.25, -1, -2, -3, 0.25]) {
        ends.push(await scorer.score({ features: { x: [x] } }, { timeoutMs: 20_000 }).then(({ source }) => source, ({ code }) => code));
      }
      await scorer.close();
      console.log(ends.join(' '));
    `;
    const { code, output } = await runHost(program);
    expect([code, output]).toEqual([0, 'model ERR_INFERENCE ERR_WORKER_LOST ERR_WORKER_LOST model\n']);
  });
});
