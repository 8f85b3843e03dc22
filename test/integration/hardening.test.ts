import { copyFile, cp, mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions, type ScoreResult } from '../../src/index.js';
import { WorkerGate } from '../support/gate.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const request = { features: { x: [0.25] } };

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('a scorer in the hands of a careless host', () => {
  let gate: WorkerGate;
  let folder: string;
  const open: FraudScorer[] = [];

  beforeEach(async () => {
    gate = new WorkerGate();
    folder = await mkdtemp(join(tmpdir(), 'hardening-'));
  });
  afterEach(async () => {
    gate.tell('pass');
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
    gate.close();
    await rm(folder, { recursive: true });
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
    ['is gone', async (model: string) => unlink(join(model, 'model.onnx'))],
    [
      'is another',
      async (model: string) => copyFile(join(fixtureModel('failing'), 'model.onnx'), join(model, 'model.onnx')),
    ],
    ['has lost its directory', async (model: string) => rm(model, { recursive: true })],
  ])('replaces a worker by the model that was checked where its file %s', async (_, change) => {
    const model = join(folder, 'model');
    await cp(fixtureModel('sqrt'), model, { recursive: true });
    const scorer = await create({ model, workers: 2 });
    await change(model);
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    gate.tell('hold');
    const promise = scorer.score(request, { timeoutMs: 20_000 });
    const [arrival] = await gate.arrived(1);
    gate.tell('exit', arrival?.threadId);
    await lost;
    gate.tell('pass');
    expect(await promise).toMatchObject({ source: 'model' });
    while (scorer.health().workers < 2) await turn();
    // Every worker answers, the replacement too.
    const outcomes = await scorer.scoreMany(Array.from({ length: 500 }, () => request));
    const probabilities = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? outcome.value.fraudProbability : outcome.reason,
    );
    expect(new Set(probabilities)).toEqual(new Set([0.5]));
    expect(scorer.health()).toMatchObject({ status: 'ok', workers: 2 });
  });

  it('tells why a worker was lost', async () => {
    const scorer = await create();
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    gate.tell('exit now');
    expect(await lost).toMatchObject({ reason: 'it exited with code 7' });
  });

  it('does not miss a signal that is aborted while the request is read', async () => {
    const scorer = await create();
    const controller = new AbortController();
    const features = {
      get x() {
        controller.abort();
        return [0.25];
      },
    };
    await expect(scorer.score({ features }, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(scorer.summary().requests).toMatchObject({ total: 1, cancelled: 1 });
  });

  it("contains a signal of the host's own making that throws, and refuses one without its methods", async () => {
    const scorer = await create();
    const removing = {
      aborted: false,
      addEventListener: () => {},
      removeEventListener: () => {
        throw new Error('of the host');
      },
    };
    const adding = { ...removing, addEventListener: removing.removeEventListener };
    const [first, second] = [scorer.score(request, untyped({ signal: removing })), scorer.score(request)];
    expect(await first).toMatchObject({ source: 'model' });
    expect(await second).toMatchObject({ source: 'model' });
    await expect(scorer.score(request, untyped({ signal: adding }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    const shapeless = { aborted: false, addEventListener: () => {} };
    await expect(scorer.score(request, untyped({ signal: shapeless }))).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    expect(scorer.summary().requests).toMatchObject({ total: 4, succeeded: 2, rejected: 2 });
  });

  it('reports options and labels whose getters throw as its own errors, without quoting what they throw', async () => {
    const throwing = {
      get id(): string {
        throw new Error('4111 1111 1111 1111');
      },
      get timeoutMs(): number {
        throw new Error('4111 1111 1111 1111');
      },
    };
    const scorer = await create();
    const error = await scorer.score(request, throwing).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(String(error)).not.toContain('4111');
    expect(() => scorer.recordOutcome(untyped(throwing))).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_REQUEST' }),
    );
    await expect(FraudScorer.create(untyped(throwing))).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
  });

  const guarded = (): never => {
    throw new Error('4111 1111 1111 1111');
  };
  /** What has the methods of a signal, and throws at the one property. */
  const signalWith = (name: string) =>
    Object.defineProperty({ aborted: false, addEventListener: () => {}, removeEventListener: () => {} }, name, {
      get: guarded,
      enumerable: true,
    });
  it.each<[string, () => unknown]>([
    ['options that are a revoked proxy', () => revoked()],
    ['a signal that is a revoked proxy', () => ({ signal: revoked() })],
    ['a signal whose `has` throws', () => ({ signal: new Proxy({}, { has: guarded }) })],
    ['a signal whose `get` throws', () => ({ signal: new Proxy(new AbortController().signal, { get: guarded }) })],
    ['a signal whose `aborted` throws', () => ({ signal: signalWith('aborted') })],
    ['a signal whose `addEventListener` throws', () => ({ signal: signalWith('addEventListener') })],
  ])('refuses %s, and no fallback answers it', async (_, make) => {
    const scorer = await create({ fallback: 'APPROVE' });
    const codeOf = (call: Promise<unknown>) => call.catch((error: unknown) => untyped<{ code: string }>(error).code);
    expect(await codeOf(scorer.score(request, untyped(make())))).toBe('ERR_INVALID_OPTIONS');
    const many = scorer.scoreMany([request], untyped(make()));
    const codes = many.then(([outcome]) => (outcome?.status === 'rejected' ? outcome.reason.code : outcome));
    expect(await codeOf(codes)).toBe('ERR_INVALID_OPTIONS');
  });

  it('aborts for a signal that does not say why, where reading its reason throws', async () => {
    const scorer = await create();
    const signal = Object.defineProperty(new EventTarget(), 'reason', { get: guarded });
    gate.tell('hold');
    const promise = scorer.score(request, untyped({ signal: Object.assign(signal, { aborted: false }) }));
    signal.dispatchEvent(new Event('abort'));
    await expect(promise).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });

  it.each<[string, () => unknown]>([
    ['a revoked proxy', () => revoked()],
    ['a proxy whose `has` throws', () => new Proxy([], { has: guarded })],
    ['a proxy whose `get` throws', () => new Proxy([], { get: guarded })],
  ])('refuses %s as a list, without quoting what it throws', async (_, make) => {
    const scorer = await create();
    const error = await scorer.scoreMany(untyped(make())).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_INVALID_REQUEST', issues: [{ path: 'requests' }] });
    expect(String(error)).not.toContain('4111');
  });

  it.each(['closed', 'aborted'])('ends with an endless stream once it is %s, and answers what it read', async (how) => {
    const scorer = await create();
    const controller = new AbortController();
    let given = 0;
    async function* endless() {
      for (; given < 1_000_000; given += 1) yield request;
    }
    const scoring = scorer.scoreMany(endless(), { signal: controller.signal, timeoutMs: 20_000 });
    await scorer.score(request, { timeoutMs: 20_000, priority: 10 });
    if (how === 'closed') await scorer.close();
    else controller.abort();
    const outcomes = await scoring;
    const code = how === 'closed' ? 'ERR_CLOSED' : 'ERR_ABORTED';
    expect(outcomes.at(-1)).toMatchObject({ status: 'rejected', reason: { code } });
    expect(outcomes[0]).toMatchObject({ status: 'fulfilled' });
    expect(given).toBeLessThan(1_000_000);
    expect(outcomes).toHaveLength(given + 1);
  });

  it('survives a fallback that is asynchronous and rejects', async () => {
    const scorer = await create({
      fallback: untyped(async () => {
        throw new Error('of the host');
      }),
    });
    gate.tell('hold');
    await expect(scorer.score(request, { timeoutMs: 10 })).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
  });

  it('drains all of a batch where a listener closes it in the middle of handing it out', async () => {
    const scorer = await create({ explain: true, policy: { blockProbability: 0 } });
    scorer.once('decision', () => void scorer.close());
    const promises: Promise<ScoreResult>[] = [scorer.score(request, { explain: false })];
    for (let index = 0; index < 20; index += 1) promises.push(scorer.score(request));
    const results = await Promise.all(promises);
    expect(results.slice(1).every((result) => result.source === 'model' && result.reasons !== undefined)).toBe(true);
    expect((await scorer.close()).summary.explanations).toEqual({ given: 20, skipped: 0 });
  });

  it('does not change an answer that was given without reasons at its deadline', async () => {
    const scorer = await create();
    gate.tell('hold explains');
    const result = await scorer.score(request, { explain: true, timeoutMs: 1_000 });
    const before = structuredClone(result);
    gate.tell('pass');
    await scorer.score(request, { explain: true, timeoutMs: 20_000 });
    expect(result).toEqual(before);
    expect(scorer.summary().explanations).toEqual({ given: 1, skipped: 1 });
  });

  it('ignores a worker that comes back after close has abandoned it', async () => {
    const scorer = await create({ batching: { maxBatchSize: 1 } });
    gate.tell('hold');
    const promise = scorer.score(request);
    await gate.arrived(1);
    const closing = scorer.close({ timeoutMs: 1 });
    await expect(promise).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    gate.tell('pass');
    const { summary } = await closing;
    expect(summary.requests).toMatchObject({ total: 1, failed: 1 });
  });

  it('says what does not fit into memory', async () => {
    const model = join(folder, 'model');
    await cp(fixtureModel('sqrt'), model, { recursive: true });
    const manifest = JSON.parse(await readFile(join(model, 'model.json'), 'utf8'));
    manifest.inputs[0].size = 1_000_000;
    await writeFile(join(model, 'model.json'), JSON.stringify(manifest));
    await expect(create({ model, maxQueueSize: 1_000_000 })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      message: expect.stringContaining('rows of 1000000 features'),
    });
  });

  it.each([
    ['file://host/worker.js', 'workerFile'],
    [tmpdir(), 'workerFile'],
  ])('refuses %s as a worker file', async (workerFile, path) => {
    await expect(create({ workerFile })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS', issues: [{ path }] });
  });

  it('refuses resource limits that worker_threads does not know', async () => {
    const limits = { maxOldGenerationSizeMb: Number.NaN, maxHeap: 5 };
    await expect(create({ resourceLimits: untyped(limits) })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: [{ path: 'resourceLimits.maxOldGenerationSizeMb' }, { path: 'resourceLimits.maxHeap' }],
    });
  });
});
