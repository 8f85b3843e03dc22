import { describe, expect, it } from 'vitest';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

describe('a host that runs in a worker thread', () => {
  it('is warned, and can be terminated once it was told to close its scorer', async () => {
    const program = `
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      const workerData = { model: ${JSON.stringify(fixtureModel('sqrt'))} };
      const host = new Worker(${JSON.stringify(projectPath('test/fixtures/hosts/worker-host.mjs'))}, { workerData, execArgv: [] });
      await once(host, 'message');
      host.postMessage('close');
      const [lines] = await once(host, 'message');
      await host.terminate();
      console.log(JSON.stringify(lines));
    `;
    const { code, output } = await runHost(program);
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual([
      [expect.stringContaining('runs in a worker thread'), { threadId: expect.any(Number) }],
    ]);
  });

  it('is not warned about where it runs in the main thread', async () => {
    const program = `
      const lines = [];
      const logger = { info() {}, warn: (message) => lines.push(message), error: (message) => lines.push(message) };
      const scorer = await FraudScorer.create({ model: ${JSON.stringify(fixtureModel('sqrt'))}, workers: 1, logger });
      await scorer.close();
      console.log(JSON.stringify(lines));
    `;
    expect(await runHost(program)).toMatchObject({ code: 0, output: '[]\n' });
  });
});
