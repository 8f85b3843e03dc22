import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alert, type DeploymentEvent, FraudScorer } from '../../src/index.js';
import { WorkerBoard } from '../support/board.js';
import { Versions } from '../support/versions.js';

const patient = { timeout: 15_000, interval: 20 };

describe('a primary that cannot answer', () => {
  let versions: Versions;
  let scorer: FraudScorer;
  let events: DeploymentEvent[];
  let alerts: Alert[];

  beforeEach(async () => {
    versions = await Versions.make();
    events = [];
    alerts = [];
  });
  afterEach(async () => {
    await scorer.close();
    await versions[Symbol.asyncDispose]();
  });

  const listen = (): void => {
    scorer.on('deployment', (event) => events.push(event));
    scorer.on('alert', (alert) => alerts.push(alert));
  };

  it('hands over to its standby where it fails more than half of its requests', async () => {
    scorer = await FraudScorer.create({ model: await versions.sqrt('1'), workers: 1 });
    listen();
    // Any score of it is above 1.
    await scorer.deploy(
      await versions.sqrt('failing', 0.01, { inputs: [{ name: 'x', size: 1, features: ['x'], mean: [-2], std: [1] }] }),
    );
    const timer = setInterval(() => void scorer.score({ features: { x: 0.25 } }).catch(() => {}), 5);
    await expect.poll(() => events.at(-1), patient).toMatchObject({ type: 'failedOver', version: '1', traffic: 1 });
    clearInterval(timer);
    expect(events.at(-1)?.reason).toMatch(/^"failing": it failed \d+\.\d% of \d+ requests in 10 s$/);
    expect(await scorer.score({ features: { x: 0.25 } })).toMatchObject({
      model: { version: '1' },
      fraudProbability: 0.5,
    });
    expect(scorer.deployments().map(({ version, role }) => [version, role])).toEqual([
      ['1', 'primary'],
      ['failing', 'standby'],
    ]);
    await expect
      .poll(() => alerts.find(({ rule }) => rule === 'failover'), patient)
      .toMatchObject({
        severity: 'critical',
        message: expect.stringContaining('Version "failing" has handed over to "1"'),
      });
  });

  it('hands over where all of its workers are lost', async () => {
    const board = new WorkerBoard();
    const workerFile = WorkerBoard.workerFile('hanging');
    scorer = await FraudScorer.create({ model: await versions.sqrt('1'), workers: 1, workerFile, workerHangMs: 150 });
    listen();
    await scorer.deploy(await versions.sqrt('2', 4));
    board.set('hangs', 1);
    // Its worker hangs; the one in its place is blocked while it loads, so that there is none for a while.
    board.set('blocksInFile', 1);
    const lost = expect(scorer.score({ features: { x: 0.25 } })).rejects.toBeDefined();
    await lost;
    await expect
      .poll(() => scorer.deployments().find(({ role }) => role === 'primary')?.version, patient)
      .toBeDefined();
    board.set('released', 1);
  });
});
