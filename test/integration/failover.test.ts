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
  let cleared: Alert[];

  beforeEach(async () => {
    versions = await Versions.make();
    events = [];
    alerts = [];
    cleared = [];
  });
  afterEach(async () => {
    await scorer.close();
    await versions[Symbol.asyncDispose]();
  });

  const listen = (): void => {
    scorer.on('deployment', (event) => events.push(event));
    scorer.on('alert', (alert) => alerts.push(alert));
    scorer.on('alertCleared', (alert) => cleared.push(alert));
  };

  it.each<[string, () => unknown]>([
    ['retires the failed version', () => scorer.retire('failing')],
    ['sets shares', () => scorer.setTraffic({})],
    ['confirms the version that took over', () => scorer.promote('1')],
  ])(
    'hands over where it fails more than half of its requests, which is an alert until the host %s',
    async (_, act) => {
      scorer = await FraudScorer.create({ model: await versions.sqrt('1'), workers: 1 });
      listen();
      // Any score of it is above 1.
      await scorer.deploy(
        await versions.sqrt('failing', 0.01, {
          inputs: [{ name: 'x', size: 1, features: ['x'], mean: [-2], std: [1] }],
        }),
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
      const handedOver = expect.stringContaining('has handed over');
      expect(scorer.health()).toMatchObject({ status: 'degraded', reasons: expect.arrayContaining([handedOver]) });
      // What the host does otherwise is no answer to it.
      await scorer.deploy(await versions.sqrt('watching'), { traffic: 'shadow' });
      expect(scorer.health().reasons).toEqual(expect.arrayContaining([handedOver]));
      await act();
      await expect.poll(() => cleared.map(({ rule }) => rule), patient).toContain('failover');
      expect(scorer.health().reasons).not.toEqual(expect.arrayContaining([handedOver]));
      // It is not forgotten.
      const failing = scorer.deployments().find(({ version }) => version === 'failing');
      expect(failing?.requests.failed).toBeGreaterThan(10);
    },
  );

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
