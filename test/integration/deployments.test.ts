import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type DeploymentEvent,
  FraudScorer,
  type FraudScorerOptions,
  type ModelResult,
  type ScoreOptions,
} from '../../src/index.js';
import { SharedMemoryCount } from '../support/shared-memory.js';
import { untyped } from '../support/untyped.js';
import { Versions } from '../support/versions.js';

const x = 0.25;
const request = { features: { x } };

// The risk score of these models is of no interest here.
const byProbability = { reviewRisk: 1, blockRisk: 1 };

/** What a version of this scale makes of the request. */
const scoreAt = (scale: number): number => Math.fround(Math.sqrt(x / scale));

async function answerOf(scorer: FraudScorer, options?: ScoreOptions, id?: string): Promise<ModelResult> {
  const result = await scorer.score(id === undefined ? request : { id, ...request }, options);
  if (result.source !== 'model') throw new Error('the model did not answer');
  return result;
}

describe('versions', () => {
  let versions: Versions;
  let one: string;
  let two: string;
  let three: string;
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

  async function create(options: FraudScorerOptions = {}): Promise<{ scorer: FraudScorer; events: DeploymentEvent[] }> {
    const scorer = await FraudScorer.create({ model: one, workers: 2, policy: byProbability, ...options });
    open.push(scorer);
    const events: DeploymentEvent[] = [];
    scorer.on('deployment', (event) => events.push(event));
    return { scorer, events };
  }

  const roles = (scorer: FraudScorer): string[] =>
    scorer.deployments().map(({ version, role, traffic }) => `${version} ${role} ${traffic}`);

  it('replaces the primary, which is kept for a rollback', async () => {
    const { scorer, events } = await create();
    expect(await scorer.deploy(two)).toMatchObject({ name: 'sqrt', version: '2', role: 'primary', traffic: 1 });
    expect(await answerOf(scorer)).toMatchObject({ model: { version: '2' }, fraudProbability: scoreAt(4) });
    expect(roles(scorer)).toEqual(['1 standby 0', '2 primary 1']);
    expect(await scorer.rollback()).toMatchObject({ version: '1', role: 'primary' });
    expect(await answerOf(scorer)).toMatchObject({ model: { version: '1' }, fraudProbability: scoreAt(1) });
    expect(roles(scorer)).toEqual(['1 primary 1', '2 standby 0']);
    expect(events.map(({ type, version, traffic }) => [type, version, traffic])).toEqual([
      ['deployed', '2', 1],
      ['rolledBack', '1', 1],
    ]);
    expect(scorer.summary().model.version).toBe('1');
  });

  it('retires the previous standby, and lists it', async () => {
    const { scorer } = await create();
    await answerOf(scorer);
    await scorer.deploy(two);
    await scorer.deploy(three);
    await expect.poll(() => roles(scorer)).toEqual(['2 standby 0', '3 primary 1', '1 retired 0']);
    const [, , first] = scorer.deployments();
    expect(first).toMatchObject({ requests: { total: 1, succeeded: 1 }, business: { total: 1 } });
    expect(scorer.summary().requests.total).toBe(1);
    await expect(scorer.promote('1')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
  });

  it('keeps no standby where keepPreviousMs is 0', async () => {
    const { scorer } = await create({ keepPreviousMs: 0 });
    await scorer.deploy(two);
    await expect(scorer.rollback()).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
    await expect.poll(() => roles(scorer)).toEqual(['2 primary 1', '1 retired 0']);
  });

  it('shares the traffic by key, which stays with its version', async () => {
    const { scorer } = await create();
    expect(await scorer.deploy(two, { traffic: 0.3 })).toMatchObject({ role: 'challenger', traffic: 0.3 });
    const keys = Array.from({ length: 200 }, (_, index) => `customer ${index}`);
    const versionsOf = () =>
      Promise.all(keys.map(async (routingKey) => (await answerOf(scorer, { routingKey })).model.version));
    const before = await versionsOf();
    expect(await versionsOf()).toEqual(before);
    const share = before.filter((version) => version === '2').length / keys.length;
    expect(Math.abs(share - 0.3)).toBeLessThan(0.12);
    scorer.setTraffic({ '2': 0.6 });
    const after = await versionsOf();
    expect(before.every((version, index) => version === '1' || after[index] === '2')).toBe(true);
    scorer.setTraffic({ '2': 0 });
    expect(new Set(await versionsOf())).toEqual(new Set(['1']));
    expect(roles(scorer)).toEqual(['1 primary 1', '2 challenger 0']);
  });

  it('routes by the id if there is no key, and at random if there is neither', async () => {
    const { scorer } = await create();
    await scorer.deploy(two, { traffic: 0.5 });
    const ids = Array.from({ length: 40 }, (_, index) => `id ${index}`);
    for (const id of ids) {
      const byId = await answerOf(scorer, undefined, id);
      const byKey = await answerOf(scorer, { routingKey: id });
      expect(byId.model.version).toBe(byKey.model.version);
    }
    const drawn = await Promise.all(Array.from({ length: 64 }, () => answerOf(scorer)));
    expect(new Set(drawn.map(({ model }) => model.version)).size).toBe(2);
  });

  it('accepts two challengers with separate keys, and refuses a third', async () => {
    const { scorer } = await create();
    await scorer.deploy(two, { traffic: 0.2 });
    await scorer.deploy(three, { traffic: 0.2 });
    expect(roles(scorer)).toEqual(['1 primary 0.6', '2 challenger 0.2', '3 challenger 0.2']);
    const four = await versions.sqrt('4', 9);
    await expect(scorer.deploy(four, { traffic: 0.1 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(() => scorer.setTraffic({ '2': 0.7, '3': 0.4 })).toThrow(/shares: expected at most 1/);
    expect(() => scorer.setTraffic({ '1': 0.4 })).toThrow(/which is the primary/);
    expect(() => scorer.setTraffic({ '2': 1.5 })).toThrow(/shares\.2: expected a share of the traffic in \[0, 1\]/);
    expect(() => scorer.setTraffic({ nine: 0.4 })).toThrow(expect.objectContaining({ code: 'ERR_UNKNOWN_VERSION' }));
    expect(roles(scorer)).toEqual(['1 primary 0.6', '2 challenger 0.2', '3 challenger 0.2']);
    scorer.setTraffic({ '2': 0.9, '3': 0.1 });
    await scorer.promote('3');
    expect(roles(scorer).sort()).toEqual([
      '1 standby 0',
      '2 challenger 0.9',
      expect.stringMatching(/^3 primary 0\.0?9*1?/),
    ]);
  });

  it.each([
    ['is not there', async (path: string) => `${path}-nowhere`, 'ERR_MODEL_INVALID'],
    [
      'is truncated',
      async (path: string) => {
        await truncate(join(path, 'model.onnx'), 100);
        return path;
      },
      'ERR_MODEL_INTEGRITY',
    ],
    [
      'has no JSON for a manifest',
      async (path: string) => {
        await writeFile(join(path, 'model.json'), '{');
        return path;
      },
      'ERR_MODEL_INVALID',
    ],
    [
      'does not score its cases as they say',
      async (path: string) => {
        const expected = { fraudProbability: 0.9, riskScore: 0.9 };
        await writeFile(join(path, 'cases.json'), JSON.stringify([{ features: { x: [0.25] }, expected }]));
        return path;
      },
      'ERR_MODEL_INVALID',
    ],
  ])('refuses one that %s, and serves on', async (name, damage, code) => {
    const { scorer, events } = await create();
    const bad = await damage(await versions.sqrt(`bad ${name}`, 2));
    await expect(scorer.deploy(bad)).rejects.toMatchObject({ code });
    expect(events.map(({ type }) => type)).toEqual(['failed']);
    expect(roles(scorer)).toEqual(['1 primary 1']);
    expect((await answerOf(scorer)).model.version).toBe('1');
    expect(scorer.health()).toMatchObject({ status: 'ok', workers: 2 });
  });

  it('gives a second challenger all traffic that the first has left', async () => {
    const { scorer } = await create();
    await scorer.deploy(two, { traffic: 0.9 });
    // 1 − 0.9 is a little less than 0.1.
    expect(await scorer.deploy(three, { traffic: 0.1 })).toMatchObject({ role: 'challenger', traffic: 0.1 });
  });

  it('refuses a version that is live', async () => {
    const { scorer } = await create();
    await expect(scorer.deploy(one)).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      message: expect.stringMatching(/model\.json: version: .* is live already/),
    });
  });

  it('name the unknown version, and refuse a value that is not a version', async () => {
    const { scorer } = await create();
    await expect(scorer.promote('9')).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_VERSION',
      message: 'version: there is no "9"; live are "1". See deployments().',
    });
    for (const call of [() => scorer.promote(untyped(2)), () => scorer.retire(untyped(undefined))]) {
      await expect(call()).rejects.toMatchObject({
        code: 'ERR_INVALID_OPTIONS',
        issues: [expect.objectContaining({ path: 'version' })],
      });
    }
  });

  it('can load many at the same time without a warning', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    const { scorer } = await create();
    const deploys = Array.from({ length: 14 }, () => scorer.deploy(two, { traffic: 'shadow' }).catch(() => null));
    await Promise.all(deploys);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  it('emits no event for a policy without thresholds', async () => {
    const { scorer } = await create();
    const heard: string[] = [];
    scorer.on('deployment', ({ type }) => heard.push(type));
    scorer.setPolicy({});
    scorer.setPolicy({ blockProbability: 0.9 });
    expect(heard).toEqual(['policy']);
  });

  it('refuses unknown options', async () => {
    const { scorer } = await create();
    // @ts-expect-error: there is no such option
    await expect(scorer.deploy(two, { share: 0.1 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await expect(scorer.deploy(two, { traffic: 2 })).rejects.toThrow(/traffic: expected 1, a share in \(0, 1\)/);
    await expect(scorer.deploy(two, { sample: 0.5 })).rejects.toThrow(/sample/);
  });

  it('retires a challenger at once, and not the primary', async () => {
    const { scorer } = await create();
    await scorer.deploy(two, { traffic: 0.9 });
    const retiring = scorer.retire('2');
    expect(
      new Set(
        (await Promise.all(Array.from({ length: 32 }, () => answerOf(scorer)))).map(({ model }) => model.version),
      ),
    ).toEqual(new Set(['1']));
    await retiring;
    expect(roles(scorer)).toEqual(['1 primary 1', '2 retired 0']);
    await expect(scorer.retire('1')).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await expect(scorer.retire('2')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
    // A version that has retired may come back.
    await scorer.deploy(two);
    expect((await answerOf(scorer)).model.version).toBe('2');
  });

  it('applies setPolicy to all versions, and a policy of deploy to one', async () => {
    const { scorer } = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    await scorer.deploy(three, { traffic: 0.5, policy: { blockProbability: 0.1, reviewProbability: 0.05 } });
    const decisions = async (): Promise<Record<string, string>> => {
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, index) => answerOf(scorer, { routingKey: `${index}` })),
      );
      return Object.fromEntries(answers.map(({ model, decision }) => [model.version, decision]));
    };
    expect(await decisions()).toEqual({ '1': 'APPROVE', '3': 'BLOCK' });
    scorer.setPolicy({ blockProbability: 0.4, blockRisk: 1 });
    expect(await decisions()).toEqual({ '1': 'BLOCK', '3': 'REVIEW' });
  });

  it('scores columns by the version that is named', async () => {
    const { scorer } = await create();
    await scorer.deploy(two, { traffic: 0.1 });
    const columns = { x: Float32Array.of(x, x) };
    expect(await scorer.scoreColumns(columns, 2)).toMatchObject({ model: { version: '1' } });
    const { model, fraudProbability } = await scorer.scoreColumns(columns, 2, { version: '2' });
    expect([model.version, fraudProbability[0]]).toEqual(['2', scoreAt(4)]);
    await expect(scorer.scoreColumns(columns, 2, { version: '9' })).rejects.toMatchObject({
      code: 'ERR_UNKNOWN_VERSION',
    });
  });

  it('counts labels by the version that decided, also once it has retired', async () => {
    const { scorer } = await create({ keepPreviousMs: 0 });
    await answerOf(scorer, undefined, 'a');
    await scorer.deploy(two);
    await answerOf(scorer, undefined, 'b');
    await expect.poll(() => roles(scorer)).toEqual(['2 primary 1', '1 retired 0']);
    expect(scorer.recordOutcome({ id: 'a', isFraud: true })).toBe(true);
    expect(scorer.recordOutcome({ id: 'b', isFraud: false })).toBe(true);
    expect(scorer.recordOutcome({ id: 'c', isFraud: true, decision: 'BLOCK', version: '1' })).toBe(true);
    const [primary, retired] = scorer.deployments();
    expect(primary?.business.confusion).toMatchObject({ trueNegatives: 1, falseNegatives: 0 });
    expect(retired?.business.confusion).toMatchObject({ falseNegatives: 1, truePositives: 1 });
    expect(scorer.summary().business.labelled).toBe(3);
  });

  it('ends a deploy with ERR_CLOSED when it is closed meanwhile', async () => {
    const { scorer } = await create();
    const deploying = scorer.deploy(two);
    const waiting = scorer.deploy(three);
    const outcome = expect(deploying).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    const other = expect(waiting).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await scorer.close();
    await Promise.all([outcome, other]);
    await expect(scorer.deploy(two)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(() => scorer.setTraffic({})).toThrow(expect.objectContaining({ code: 'ERR_CLOSED' }));
  });

  it('take the memory of one that has gone, and answer with scores of their own', async () => {
    // Rows of 8 bytes, of which 100,000 may wait.
    using memory = new SharedMemoryCount(500_000);
    const { scorer } = await create({ maxQueueSize: 100_000 });
    const answers = async (): Promise<number[]> => {
      const results = await Promise.all(Array.from({ length: 300 }, () => answerOf(scorer)));
      return [...new Set(results.map(({ fraudProbability }) => fraudProbability))];
    };
    expect(await answers()).toEqual([scoreAt(1)]);
    await scorer.deploy(two);
    await scorer.retire('1');
    const before = memory.made;
    expect(before).toBeGreaterThanOrEqual(2);
    await scorer.deploy(three);
    expect(await answers()).toEqual([scoreAt(16)]);
    await scorer.retire('2');
    await scorer.deploy(two);
    expect(await answers()).toEqual([scoreAt(4)]);
    await scorer.rollback();
    expect(await answers()).toEqual([scoreAt(16)]);
    expect(memory.made).toBe(before);
  });

  it('keeps its threads within workers and one for each version', async () => {
    const { scorer } = await create({ workers: 3 });
    await scorer.deploy(two, { traffic: 0.3 });
    await scorer.deploy(three);
    const threads = (): number => scorer.deployments().reduce((sum, { workers }) => sum + workers.ready, 0);
    await expect.poll(threads).toBeLessThanOrEqual(6);
    scorer.setTraffic({ '2': 1 });
    await expect
      .poll(() => scorer.deployments().map(({ version, workers }) => [version, workers.ready]))
      .toEqual([
        ['1', 1],
        ['2', 3],
        ['3', 1],
      ]);
  });
});
