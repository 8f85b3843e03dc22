import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { WorkerThreads } from '../chaos/oracle/worker-threads.js';
import { withSlowLoad } from '../support/heavy-graphs.js';
import { nodesThatTake } from '../support/load-time.js';
import { runHost } from '../support/run-host.js';
import { SteadyLoad } from '../support/steady-load.js';
import { Versions } from '../support/versions.js';

/** Of a core that has nothing else to do; the load beside it makes it longer. */
const loadMs = 2_500;

/**
 * The start limit of the test of a load that is given up. Long enough for the version after it, whose worker starts beside the load that
 * was given up.
 */
const startTimeoutMs = 3_000;

/**
 * How many times longer than its limit such a load is. How long a load takes is measured while other tests run: they slow each
 * other down, so that alone it may take half the time.
 */
const margin = 4;

/** A load gives way to all others on the machine, so that a busy one makes it much longer. */
const bound = 120_000;

const patient = { timeout: bound, interval: 50 };

describe('A model that takes seconds to load', () => {
  let versions: Versions;
  let [one, two, three, slow, slower] = ['', '', '', '', ''];
  let threads: WorkerThreads;
  let load: SteadyLoad | null = null;
  let open: FraudScorer | null = null;

  beforeAll(async () => {
    versions = await Versions.make();
    one = await versions.sqrt('1', 1);
    two = await versions.sqrt('2', 4);
    three = await versions.sqrt('3', 16);
    const nodes = await nodesThatTake(loadMs);
    slow = await versions.changed('slow', (graph) => withSlowLoad(graph, 'p', nodes), 64);
    const more = Math.ceil((nodes * margin * startTimeoutMs) / loadMs);
    slower = await versions.changed('slower', (graph) => withSlowLoad(graph, 'p', more), 64);
  });
  afterAll(() => versions[Symbol.asyncDispose]());
  afterEach(async () => {
    await load?.stop();
    await open?.close();
    [load, open] = [null, null];
    // A thread that was left behind must not slow down the next test.
    await expect.poll(() => threads.living, patient).toBe(0);
    threads.stop();
  }, bound);

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    threads = new WorkerThreads();
    const policy = { reviewRisk: 1, blockRisk: 1 };
    open = await FraudScorer.create({ model: one, workers: 1, policy, timeoutMs: 30_000, ...options });
    return open;
  }

  /** Deploys a version under load. @returns once its worker has been busy with loading for a while. */
  async function startLoading(
    scorer: FraudScorer,
    version = slow,
  ): Promise<{ deploying: Promise<unknown>; isOver: () => boolean }> {
    load = new SteadyLoad(scorer, { scales: { 1: 1, 2: 4, 3: 16, slow: 64, slower: 64 } });
    const before = threads.living;
    let isOver = false;
    const deploying = scorer.deploy(version).finally(() => {
      isOver = true;
    });
    deploying.catch(() => {});
    await expect.poll(() => threads.living, patient).toBe(before + 1);
    await load.answers(300);
    return { deploying, isOver: () => isOver };
  }

  it('holds up no rollback, no retire and no change of shares, and serves when it is ready', {
    timeout: 60_000,
  }, async () => {
    const scorer = await create();
    await scorer.deploy(two);
    await scorer.deploy(three, { traffic: 0.2 });
    const { deploying, isOver } = await startLoading(scorer);
    expect(await scorer.rollback()).toMatchObject({ version: '1', role: 'primary' });
    scorer.setTraffic({ '3': 0.4 });
    await load?.answers(100);
    await scorer.retire('3');
    expect(await scorer.rollback()).toMatchObject({ version: '2', role: 'primary' });
    await load?.answers(100);
    expect(isOver()).toBe(false);
    expect(await deploying).toMatchObject({ version: 'slow', role: 'primary', traffic: 1 });
    await load?.answers(100);
    await load?.stop();
    expect(load?.faults).toEqual([]);
    expect(load?.versions).toEqual(new Set(['1', '2', '3', 'slow']));
  });

  it('is given up by close, which does not wait for it', { timeout: bound }, async () => {
    const scorer = await create({ exitWaitMs: 100 });
    const { deploying } = await startLoading(scorer);
    const next = scorer.deploy(two);
    const refused = [deploying, next].map((call) => expect(call).rejects.toMatchObject({ code: 'ERR_CLOSED' }));
    await load?.stop();
    const { abandoned } = await scorer.close();
    // That which loads is inside the runtime, where nothing can end it.
    expect(threads.living).toBe(1);
    await Promise.all(refused);
    expect(abandoned).toBe(0);
    expect(load?.faults).toEqual([]);
  });

  it('is given up after startTimeoutMs, and the next in line loads', { timeout: bound }, async () => {
    const scorer = await create({ startTimeoutMs });
    const failed = new Promise((resolve) =>
      scorer.on('deployment', (event) => event.type === 'failed' && resolve(event)),
    );
    const { deploying } = await startLoading(scorer, slower);
    const next = scorer.deploy(two);
    await expect(deploying).rejects.toMatchObject({
      code: 'ERR_START_TIMEOUT',
      message: expect.stringContaining('1 of 1 workers were not ready: 1 loaded the runtime or the model'),
    });
    expect(await failed).toMatchObject({ version: 'slower', reason: expect.stringContaining('ERR_START_TIMEOUT') });
    expect(await next).toMatchObject({ version: '2', role: 'primary' });
    await load?.answers(100);
    await load?.stop();
    expect(load?.faults).toEqual([]);
    expect(load?.versions).toEqual(new Set(['1', '2']));
    // Its thread ends by itself once the runtime lets it go: the threads of the primary and of the standby are left.
    await expect.poll(() => threads.living, patient).toBe(2);
    expect(scorer.summary()).toMatchObject({ workers: { ready: 2, lost: 0 } });
  });

  it.each([
    ['process.exit', 'process.exit(7);', 7],
    ['an exception of the host', "throw new Error('of the host');", 1],
    ['close and process.exit', 'await scorer.close(); process.exit(7);', 7],
  ])('leaves the exit code to %s, though the process ends while it loads', { timeout: bound }, async (_, end, code) => {
    threads = new WorkerThreads();
    const host = await runHost(`
      const scorer = await FraudScorer.create(${JSON.stringify({ model: one, workers: 1, exitWaitMs: 100 })});
      scorer.deploy(${JSON.stringify(slow)}).then(() => console.log('too late'), () => {});
      let answered = 0;
      const end = async () => { ${end} };
      setInterval(() => {
        for (let count = 0; count < 10; count += 1) {
          scorer.score({ features: { x: 0.25 } }).then(() => {
            answered += 1;
            if (answered === 200) return end();
          }, (error) => { if (error.code !== 'ERR_CLOSED') throw error; });
        }
      }, 10);
    `);
    expect(host).toMatchObject({ code, signal: null });
    expect(host.output).not.toMatch(/too late|terminate called/);
  });
});
