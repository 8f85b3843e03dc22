import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions, type ScoreRequest } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const storage = new AsyncLocalStorage<string>();

function requestOf(id: string): ScoreRequest {
  return { id, features: { x: [0.25] } };
}

/** Runs `work` for each of 100 callers at once, each in a context of its own. */
async function forCallers(work: (id: string) => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: 100 }, (_, index) => storage.run(`tx-${index}`, () => work(`tx-${index}`))));
}

describe("the asynchronous context of the host's code", () => {
  let gate: WorkerGate;
  const open: FraudScorer[] = [];

  beforeEach(() => {
    gate = new WorkerGate();
  });
  afterEach(async () => {
    gate.tell('pass');
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
    gate.close();
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      workerFile: gate.workerFile,
      ...options,
    });
    open.push(scorer);
    return scorer;
  }

  it.each([
    ['score', (scorer: FraudScorer, id: string) => scorer.score(requestOf(id))],
    ['an explained score', (scorer: FraudScorer, id: string) => scorer.score(requestOf(id), { explain: true })],
    ['scoreMany', (scorer: FraudScorer, id: string) => scorer.scoreMany([requestOf(id), requestOf(id)])],
  ])("calls decision listeners in their own caller's context (%s)", async (_, score) => {
    const scorer = await create({ batching: { maxBatchSize: 7 }, maxQueueSize: 1_000 });
    const wrong: unknown[] = [];
    let heard = 0;
    scorer.on('decision', ({ id }) => {
      heard += 1;
      if (storage.getStore() !== id) wrong.push([id, storage.getStore()]);
    });
    await forCallers((id) => score(scorer, id));
    expect(wrong).toEqual([]);
    expect(heard).toBeGreaterThanOrEqual(100);
  });

  it.each([
    ['at the deadline', { timeoutMs: 30 }, 'hold'],
    ['where the queue is full', { maxQueueSize: 1 }, 'pass'],
    ['where the runtime fails', { timeoutMs: 5_000 }, 'throw in the task'],
  ] as const)(
    "calls the fallback and its decision listener in their own caller's context, %s",
    async (_, options, command) => {
      const wrong: unknown[] = [];
      let asked = 0;
      const scorer = await create({
        ...options,
        fallback: ({ id }) => {
          asked += 1;
          if (storage.getStore() !== id) wrong.push(['fallback', id, storage.getStore()]);
          return 'REVIEW';
        },
      });
      scorer.on('decision', ({ id }) => {
        if (storage.getStore() !== id) wrong.push(['decision', id, storage.getStore()]);
      });
      gate.tell(command);
      await forCallers((id) => scorer.score(requestOf(id)));
      expect(wrong).toEqual([]);
      expect(asked).toBeGreaterThan(0);
    },
  );

  it('raises alerts, tells of lost workers and logs in the context of no caller, wherever the scorer was created', async () => {
    const seen: [string, string | undefined][] = [];
    const see = (what: string): void => void seen.push([what, storage.getStore()]);
    const logger = { info: () => see('info'), warn: () => see('warn'), error: () => see('error') };
    await storage.run('of the creator', async () => {
      const scorer = await create({ logger, alerts: { maxLatencyMs: 0 } });
      scorer.on('workerLost', () => see('workerLost'));
      const alerted = new Promise<void>((resolve) => {
        scorer.on('alert', () => {
          see('alert');
          resolve();
        });
      });
      await storage.run('of a caller', async () => {
        await Promise.all(Array.from({ length: 50 }, (_, index) => scorer.score(requestOf(`${index}`))));
        gate.tell('exit now');
        await scorer.score(requestOf('after'), { timeoutMs: 10_000 });
        gate.tell('pass');
        await alerted;
        await scorer.close();
      });
    });
    expect(new Set(seen.map(([what]) => what))).toEqual(new Set(['info', 'warn', 'error', 'workerLost', 'alert']));
    expect(seen.filter(([, store]) => store !== undefined)).toEqual([]);
  });

  it('takes hold of a context only where a listener or a fallback function is set when the request comes', async () => {
    let taken = 0;
    const hook = createHook({
      init: (_, type) => {
        if (type === 'fraud-scorer.score') taken += 1;
      },
    }).enable();
    try {
      const scorer = await create({ fallback: 'REVIEW' });
      await scorer.score(requestOf('a'));
      expect(taken).toBe(0);
      const listener = (): void => {};
      scorer.on('decision', listener);
      await scorer.score(requestOf('b'));
      expect(taken).toBe(1);
      scorer.off('decision', listener);
      await scorer.score(requestOf('c'));
      expect(taken).toBe(1);
      const withFallback = await create({ fallback: () => 'REVIEW' });
      await withFallback.score(requestOf('d'));
      expect(taken).toBe(2);
    } finally {
      hook.disable();
    }
  });
});

describe('a scorer that was created inside a request', () => {
  it("does not keep that request's store alive, nor those of its callers", async () => {
    const { code, output } = await runHost(`
      import { AsyncLocalStorage } from 'node:async_hooks';
      import { setFlagsFromString } from 'node:v8';
      import { runInNewContext } from 'node:vm';
      import { setImmediate as turn } from 'node:timers/promises';
      setFlagsFromString('--expose-gc');
      const gc = runInNewContext('gc');
      const storage = new AsyncLocalStorage();
      const stores = [];
      const inStore = (work) => {
        const store = { bulk: new Array(1_000).fill(0) };
        stores.push(new WeakRef(store));
        return storage.run(store, work);
      };
      const model = ${JSON.stringify(fixtureModel('linear'))};
      const scorer = await inStore(() => FraudScorer.create({ model, workers: 1, providers: ['cpu'] }));
      scorer.on('decision', () => {});
      const features = { left: [1, 2, 3], right: [4, 5] };
      for (let index = 0; index < 20; index += 1) await inStore(() => scorer.score({ features }));
      await inStore(() => scorer.scoreColumns({ left: [1, 2, 3], right: [4, 5] }, 1));
      for (let round = 0; round < 50 && stores.some((store) => store.deref()); round += 1) {
        await turn();
        gc();
      }
      console.log('kept', stores.filter((store) => store.deref()).length);
      await scorer.close();
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'kept 0\n' });
  });
});

// The package that hosts load is the built one: it must keep to this too.
describe('the built package', () => {
  it.each(['dist/index.js', 'dist/index.cjs'])("calls listeners in their own caller's context (%s)", async (file) => {
    const { code, output } = await runHost(`
      import { AsyncLocalStorage } from 'node:async_hooks';
      import { createRequire } from 'node:module';
      const built = ${JSON.stringify(projectPath(file))};
      const { FraudScorer: Scorer } = built.endsWith('.cjs') ? createRequire(built)(built) : await import(built);
      const storage = new AsyncLocalStorage();
      const scorer = await Scorer.create({ model: ${JSON.stringify(fixtureModel('linear'))}, workers: 1, providers: ['cpu'] });
      let wrong = 0;
      scorer.on('decision', ({ id }) => { if (storage.getStore() !== id) wrong += 1; });
      const score = (id) => storage.run(id, () => scorer.score({ id, features: { left: [1, 2, 3], right: [4, 5] } }));
      await Promise.all(Array.from({ length: 100 }, (_, index) => score('tx-' + index)));
      console.log('wrong', wrong);
      await scorer.close();
    `);
    expect({ code, output }).toEqual({ code: 0, output: 'wrong 0\n' });
  });
});
