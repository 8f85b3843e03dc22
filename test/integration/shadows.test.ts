import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Decision, FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { WorkerBoard } from '../support/board.js';
import { Versions } from '../support/versions.js';

const policy = { reviewProbability: 0.4, blockProbability: 0.7, reviewRisk: 1, blockRisk: 1 };
const requests = Array.from({ length: 300 }, (_, index) => ({ id: `${index}`, features: { x: (index + 0.5) / 300 } }));

function decisionOf(x: number, scale: number): Decision {
  const score = Math.fround(Math.sqrt(Math.fround(x) / scale));
  if (score > Math.fround(0.7)) return 'BLOCK';
  return score > Math.fround(0.4) ? 'REVIEW' : 'APPROVE';
}

describe('a shadow', () => {
  let versions: Versions;
  let one: string;
  let two: string;
  const open: FraudScorer[] = [];

  beforeAll(async () => {
    versions = await Versions.make();
    one = await versions.sqrt('1', 1);
    two = await versions.sqrt('2', 4);
  });
  afterAll(() => versions[Symbol.asyncDispose]());
  afterEach(async () => {
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({ model: one, workers: 1, policy, ...options });
    open.push(scorer);
    return scorer;
  }

  /** A version whose only feature has this name. */
  const withFeature = (name: string): Promise<string> =>
    versions.sqrt(`with ${name}`, 1, { inputs: [{ name: 'x', size: 1, features: [name] }] });

  const shadowOf = (scorer: FraudScorer, version = '2') => {
    const found = scorer.deployments().find((deployment) => deployment.version === version)?.shadow;
    if (found === undefined) throw new Error('it is no shadow');
    return found;
  };
  const compared = (scorer: FraudScorer, version = '2'): number =>
    Object.values(shadowOf(scorer, version).flips).reduce(
      (sum, row) => sum + Object.values(row).reduce((total, count) => total + count, 0),
      0,
    );

  it('has flips that equal those of scoring both models directly, and answers nobody', async () => {
    const scorer = await create();
    expect(await scorer.deploy(two, { traffic: 'shadow' })).toMatchObject({ role: 'shadow', traffic: 0 });
    const outcomes = await scorer.scoreMany(requests);
    expect(outcomes.every((outcome) => outcome.status === 'fulfilled')).toBe(true);
    await expect.poll(() => compared(scorer)).toBe(300);
    const expected = {
      APPROVE: { APPROVE: 0, REVIEW: 0, BLOCK: 0 },
      REVIEW: { APPROVE: 0, REVIEW: 0, BLOCK: 0 },
      BLOCK: { APPROVE: 0, REVIEW: 0, BLOCK: 0 },
    };
    for (const { features } of requests) expected[decisionOf(features.x, 1)][decisionOf(features.x, 4)] += 1;
    const { flips, copied, scoreDifference, psi, latencyMs } = shadowOf(scorer);
    expect(flips).toEqual(expected);
    expect(copied).toBe(300);
    // √(x / 4) is half of √x, whose mean is 2/3.
    expect(scoreDifference.mean).toBeCloseTo(-1 / 3, 2);
    expect(psi).toBeGreaterThan(0.25);
    expect(latencyMs.p50).toBeGreaterThan(0);
    // Its copies are not the callers' requests.
    expect(scorer.summary().requests.total).toBe(300);
    expect(scorer.summary().business.total).toBe(300);
  });

  it('samples, and is one of several', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 'shadow', sample: 0.5 });
    await scorer.deploy(await versions.sqrt('3', 9), { traffic: 'shadow' });
    await scorer.scoreMany(requests);
    await expect.poll(() => compared(scorer, '3')).toBe(300);
    await expect.poll(() => compared(scorer)).toBe(shadowOf(scorer).copied);
    expect(Math.abs(compared(scorer) - 150)).toBeLessThan(50);
  });

  it('skips and counts a request that lacks a feature that it needs', async () => {
    const scorer = await create({ model: await withFeature('hour') });
    await scorer.deploy(await withFeature('amount'), { traffic: 'shadow' });
    const both = { features: { hour: 0.25, amount: 0.5 } };
    expect(await scorer.score(both)).toMatchObject({ model: { version: 'with hour' }, fraudProbability: 0.5 });
    await expect.poll(() => compared(scorer, 'with amount')).toBe(1);
    await scorer.score({ features: { hour: 0.25 } });
    expect(shadowOf(scorer, 'with amount').dropped).toMatchObject({ notReadable: 1 });
    // A name that neither knows is still refused.
    await expect(scorer.score({ features: { hour: 0.25, amuont: 1 } })).rejects.toMatchObject({
      code: 'ERR_INVALID_REQUEST',
    });
  });

  it('that hangs or dies affects no caller', async () => {
    const board = new WorkerBoard();
    const scorer = await create({ model: await withFeature('hour'), workerFile: WorkerBoard.workerFile('poisoned') });
    board.set('released', 1);
    // Workers of this file die of every batch with a first feature of −1000.
    await scorer.deploy(await withFeature('poison'), { traffic: 'shadow' });
    const lost: unknown[] = [];
    scorer.on('workerLost', (event) => lost.push(event));
    for (let round = 0; round < 3; round += 1) {
      await scorer.score({ features: { hour: 0.25, poison: -1_000 } });
    }
    await expect
      .poll(() => shadowOf(scorer, 'with poison').dropped.failed + shadowOf(scorer, 'with poison').dropped.late)
      .toBe(3);
    expect(await scorer.score({ features: { hour: 0.25, poison: 0 } })).toMatchObject({ fraudProbability: 0.5 });
    expect(lost).toEqual([]);
    expect(scorer.health().status).toBe('ok');
    expect(scorer.summary().requests).toMatchObject({ failed: 0, expired: 0 });
  });

  it('gets no copies while workers are busy and more than a batch waits, but gets all of a long list at a quiet time', async () => {
    const scorer = await create({ batching: { maxBatchSize: 4 } });
    await scorer.deploy(two, { traffic: 'shadow' });
    const atQuietTime = scorer.scoreMany(requests.slice(0, 100));
    // The first batches are sent in the next turn of the event loop, and no reply is read in it.
    await setImmediate();
    const behind = scorer.scoreMany(requests.slice(100, 200));
    expect(shadowOf(scorer).dropped.pressure).toBe(100);
    await Promise.all([atQuietTime, behind]);
    await expect.poll(() => compared(scorer)).toBe(100);
  });

  it('skips features that can be read once only, and loses no place over them', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    let looks = 0;
    const features = new Proxy(
      { x: [0.25] },
      {
        getOwnPropertyDescriptor: (target, name) => {
          looks += 1;
          if (looks > 2) throw new Error('once only');
          return Reflect.getOwnPropertyDescriptor(target, name);
        },
      },
    );
    expect(await scorer.score({ features })).toMatchObject({ fraudProbability: 0.5 });
    expect(shadowOf(scorer).dropped).toMatchObject({ notReadable: 1, queueFull: 0 });
    await scorer.scoreMany(requests);
    await expect.poll(() => compared(scorer)).toBe(300);
  });

  it('can be promoted, with features of its own', async () => {
    const scorer = await create({ model: await withFeature('hour') });
    await scorer.deploy(await withFeature('amount'), { traffic: 'shadow' });
    expect(await scorer.promote('with amount')).toMatchObject({ role: 'primary', traffic: 1 });
    expect(await scorer.score({ features: { amount: 0.25 } })).toMatchObject({ model: { version: 'with amount' } });
    await expect(scorer.score({ features: { hour: 0.25 } })).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
    await scorer.rollback();
    expect(await scorer.score({ features: { hour: 0.25 } })).toMatchObject({ model: { version: 'with hour' } });
  });

  it('that is retired gives up its copies without counting failures', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    const answered = scorer.scoreMany(requests);
    await Promise.all([scorer.retire('2'), answered]);
    const retired = scorer.deployments().find(({ version }) => version === '2');
    expect(retired).toMatchObject({ role: 'retired', requests: { failed: 0 }, shadow: { copied: 300 } });
    expect(retired?.shadow?.dropped).toMatchObject({ failed: 0, retired: 300 });
  });

  it('can be promoted by two calls at once', async () => {
    const scorer = await create();
    const events: string[] = [];
    scorer.on('deployment', ({ type, version }) => events.push(`${type} ${version}`));
    await scorer.deploy(two, { traffic: 'shadow' });
    const promoted = await Promise.all([scorer.promote('2'), scorer.promote('2')]);
    expect(promoted.map(({ role }) => role)).toEqual(['primary', 'primary']);
    expect(events).toEqual(['deployed 2', 'retired 2', 'promoted 2']);
  });

  it('is compared with what the caller got, and drops requests that the caller cancelled', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    const controller = new AbortController();
    const aborted = scorer.score(requests[0] ?? { features: { x: 0 } }, { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect.poll(() => shadowOf(scorer).dropped.unpaired).toBe(1);
    expect(compared(scorer)).toBe(0);
  });

  it('ends with its scorer even if it has open copies', async () => {
    const scorer = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    const answered = scorer.scoreMany(requests);
    const { abandoned } = await scorer.close();
    expect(abandoned).toBe(0);
    expect((await answered).filter(({ status }) => status === 'fulfilled').length).toBe(300);
  });
});
