import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type DeploymentSummary, FraudScorer, type FraudScorerOptions, type ScoreResult } from '../../src/index.js';
import { WorkerThreads } from '../chaos/oracle/worker-threads.js';
import { WorkerGate } from '../support/gate.js';
import { Versions } from '../support/versions.js';

const request = { features: { x: 0.25 } };

describe('versions that change while something else happens', () => {
  let versions: Versions;
  let [one, two, three] = ['', '', ''];
  const open: FraudScorer[] = [];

  beforeAll(async () => {
    versions = await Versions.make();
    one = await versions.sqrt('1', 1);
    two = await versions.sqrt('2', 4);
    three = await versions.sqrt('3', 16);
  });
  afterAll(() => versions[Symbol.asyncDispose]());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const policy = { reviewRisk: 1, blockRisk: 1 };
    const scorer = await FraudScorer.create({ model: one, workers: 1, policy, ...options });
    open.push(scorer);
    return scorer;
  }

  const roles = (scorer: FraudScorer): string[] =>
    scorer.deployments().map(({ version, role, traffic }) => `${version} ${role} ${traffic}`);

  it('have their new roles before a listener gets the event', async () => {
    const scorer = await create();
    const seen: string[][] = [];
    scorer.on('deployment', () => seen.push(roles(scorer)));
    await scorer.deploy(two);
    expect(seen).toEqual([['1 standby 0', '2 primary 1']]);
  });

  it('can be rolled back by the listener that hears of the deploy', async () => {
    const scorer = await create();
    let rolledBack: Promise<unknown> = Promise.resolve();
    scorer.on('deployment', ({ type }) => {
      if (type === 'deployed') rolledBack = scorer.rollback();
    });
    await scorer.deploy(two);
    await rolledBack;
    expect(roles(scorer)).toEqual(['1 primary 1', '2 standby 0']);
  });

  it('are reported to each listener in the order in which they happened, though the first listener changes them again', async () => {
    const scorer = await create();
    const heard: string[] = [];
    scorer.on('deployment', ({ type }) => {
      if (type === 'deployed') void scorer.rollback();
    });
    scorer.on('deployment', ({ type }) => heard.push(type));
    await scorer.deploy(two);
    await expect.poll(() => heard).toEqual(['deployed', 'rolledBack']);
  });

  it('get no traffic after a listener has retired them between two changes of shares', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 0.2 });
    await scorer.deploy(three, { traffic: 0.2 });
    const retired: Promise<void>[] = [];
    scorer.once('deployment', ({ version }) => retired.push(scorer.retire(version === '2' ? '3' : '2')));
    scorer.setTraffic({ '2': 0.3, '3': 0.1 });
    await Promise.all(retired);
    expect(roles(scorer)).toEqual(['1 primary 0.7', '2 challenger 0.3', '3 retired 0']);
  });

  it('use the thresholds that the host sets while they load', async () => {
    const scorer = await create();
    const threads = new WorkerThreads();
    const deploying = scorer.deploy(two);
    // It has been made, as its worker starts.
    await expect.poll(() => threads.living).toBe(1);
    scorer.setPolicy({ blockProbability: 0.1 });
    await deploying;
    threads.stop();
    expect(await scorer.score(request)).toMatchObject({ model: { version: '2' }, decision: 'BLOCK' });
  });

  it('have ended their threads before close resolves', async () => {
    const threads = new WorkerThreads();
    const scorer = await create();
    await scorer.deploy(two, { traffic: 0.1, workers: 4 });
    const retiring = scorer.retire('2');
    await scorer.close();
    expect(threads.living).toBe(0);
    await retiring;
    threads.stop();
  });

  it('answer and count the columns that a caller sent to a shadow that is retired meanwhile', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    const columns = { x: new Float32Array(20_000).fill(0.25) };
    const scoring = scorer.scoreColumns(columns, 20_000, { version: '2' });
    const retiring = scorer.retire('2');
    expect(await scoring).toMatchObject({ model: { version: '2' } });
    await retiring;
    expect(scorer.summary().requests).toMatchObject({ total: 1, succeeded: 1 });
  });

  it('answer the columns that a caller sent to a shadow, though requests always wait for the primary', async () => {
    const gate = new WorkerGate();
    const batching = { maxBatchSize: 1, maxQueueDelayMs: 0 };
    const scorer = await create({ workerFile: gate.workerFile, batching, timeoutMs: 60_000 });
    await scorer.score(request);
    const [arrival] = await gate.arrived(1);
    await scorer.deploy(two, { traffic: 'shadow' });
    gate.tell('hold', arrival?.threadId);
    const scores = Array.from({ length: 8 }, () => scorer.score(request));
    await gate.arrived(2);
    expect(scorer.summary().queue.depth).toBeGreaterThan(0);
    const answer = await scorer.scoreColumns({ x: Float32Array.of(0.25) }, 1, { version: '2' });
    expect(answer.model.version).toBe('2');
    expect(scorer.summary().queue.depth).toBeGreaterThan(0);
    gate.tell('pass');
    await Promise.all(scores);
    gate.close();
  });

  it('leave the number of lost workers as it was when they retire', async () => {
    const gate = new WorkerGate();
    const scorer = await create({ workerFile: gate.workerFile, keepPreviousMs: 0 });
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    gate.tell('exit now');
    await lost;
    gate.tell('pass');
    await scorer.deploy(two);
    await expect.poll(() => roles(scorer)).toEqual(['2 primary 1', '1 retired 0']);
    expect(scorer.summary().workers.lost).toBe(1);
    gate.close();
  });

  describe('# while the previous version still answers its requests', () => {
    /** A scorer whose first version holds a request, and the deploy that waits for it. */
    async function withDraining(): Promise<{
      scorer: FraudScorer;
      held: Promise<ScoreResult>;
      deploying: Promise<DeploymentSummary>;
      release: () => void;
    }> {
      const gate = new WorkerGate();
      const scorer = await create({ workerFile: gate.workerFile, timeoutMs: 60_000 });
      gate.tell('hold');
      const held = scorer.score(request);
      await gate.arrived(1);
      const served = new Promise((resolve) => scorer.once('deployment', resolve));
      const deploying = scorer.deploy(two);
      await served;
      const release = (): void => {
        gate.tell('pass');
        gate.close();
      };
      return { scorer, held, deploying, release };
    }

    it('let the next one load and serve', async () => {
      const { scorer, held, deploying, release } = await withDraining();
      // The second one never held a request.
      expect(await scorer.deploy(three)).toMatchObject({ version: '3', role: 'primary' });
      expect(roles(scorer)).toEqual(['1 retired 0', '2 standby 0', '3 primary 1']);
      release();
      expect(await held).toMatchObject({ model: { version: '1' } });
      expect(await deploying).toMatchObject({ version: '2', role: 'standby' });
    });

    it('let it be rolled back at once, and resolve once it has answered', async () => {
      const { scorer, held, deploying, release } = await withDraining();
      expect(await scorer.rollback()).toMatchObject({ version: '1', role: 'primary' });
      expect(roles(scorer)).toEqual(['1 primary 1', '2 standby 0']);
      const order: string[] = [];
      const watching = [held.then(() => order.push('answered')), deploying.then(() => order.push('deployed'))];
      release();
      await Promise.all(watching);
      expect(order).toEqual(['answered', 'deployed']);
      expect(await deploying).toMatchObject({ version: '2', role: 'standby' });
    });

    it('end the deploy with ERR_CLOSED when the scorer is closed, and answer what was taken in', async () => {
      const { scorer, held, deploying, release } = await withDraining();
      const outcome = expect(deploying).rejects.toMatchObject({ code: 'ERR_CLOSED' });
      const closing = scorer.close();
      await outcome;
      release();
      expect(await held).toMatchObject({ model: { version: '1' } });
      expect(await closing).toMatchObject({ abandoned: 0 });
    });
  });
});
