import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DeploymentEvent, FraudScorer, type FraudScorerOptions, type ScoreResult } from '../../src/index.js';
import { WorkerBoard } from '../support/board.js';
import { Versions } from '../support/versions.js';

describe('the event of a change of versions that failed', () => {
  let versions: Versions;
  let [one, two] = ['', ''];
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

  async function create(options: FraudScorerOptions = {}): Promise<{ scorer: FraudScorer; events: DeploymentEvent[] }> {
    const scorer = await FraudScorer.create({ model: one, workers: 1, ...options });
    open.push(scorer);
    const events: DeploymentEvent[] = [];
    scorer.on('deployment', (event) => events.push(event));
    return { scorer, events };
  }

  it('names the shadow that could not be promoted, and why', async () => {
    const board = new WorkerBoard();
    const { scorer, events } = await create({ workerFile: WorkerBoard.workerFile('stillborn') });
    await scorer.deploy(two, { traffic: 'shadow' });
    board.set('startsToFail', 1);
    const error: unknown = await scorer.promote('2').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: expect.stringMatching(/^ERR_/),
      message: expect.stringContaining('stillborn'),
    });
    expect(events.map(({ type, version }) => [type, version])).toEqual([
      ['deployed', '2'],
      ['failed', '2'],
    ]);
    expect(events.at(-1)?.reason).toContain('stillborn');
    expect(scorer.deployments().map(({ version, role }) => `${version} ${role}`)).toEqual(['1 primary', '2 shadow']);
  });

  it('tells of a shadow that was retired while it was promoted', async () => {
    const { scorer, events } = await create();
    await scorer.deploy(two, { traffic: 'shadow' });
    const promoting = expect(scorer.promote('2')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
    await scorer.retire('2');
    await promoting;
    expect(events.map(({ type, version }) => [type, version])).toEqual([
      ['deployed', '2'],
      ['retired', '2'],
      ['failed', '2'],
    ]);
  });

  it('is not told where a call is refused at once, or the scorer is closed', async () => {
    const { scorer, events } = await create();
    await expect(scorer.deploy(two, { traffic: 7 })).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await expect(scorer.promote('9')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
    await expect(scorer.rollback()).rejects.toMatchObject({ code: 'ERR_UNKNOWN_VERSION' });
    await expect(scorer.retire('1')).rejects.toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    await scorer.deploy(two, { traffic: 'shadow' });
    const promoting = expect(scorer.promote('2')).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    await scorer.close();
    await promoting;
    expect(events.map(({ type }) => type)).toEqual(['deployed']);
  });

  it.each([
    ['whose graph is damaged', 'damaged', (path: string) => truncate(join(path, 'model.onnx'), 100)],
    ['without its graph', 'without', (path: string) => rm(join(path, 'model.onnx'))],
    [
      'whose manifest has other faults',
      'faulty',
      (path: string) => writeFile(join(path, 'model.json'), JSON.stringify({ name: 'sqrt', version: 'faulty' })),
    ],
    ['whose manifest is no JSON', null, (path: string) => writeFile(join(path, 'model.json'), '{')],
    ['that is not there', null, (path: string) => rm(path, { recursive: true })],
  ])('names the version of a directory %s where that can be read', async (_, version, damage) => {
    const { scorer, events } = await create();
    const path = await versions.sqrt(version ?? 'unreadable');
    await damage(path);
    await expect(scorer.deploy(path)).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_MODEL_I/) });
    expect(events).toMatchObject([{ type: 'failed', version, reason: expect.stringMatching(/^ERR_MODEL_I/) }]);
  });
});

describe('the requests of a version that is retired', () => {
  let versions: Versions;
  let scorer: FraudScorer;

  beforeEach(async () => {
    versions = await Versions.make();
  });
  afterEach(async () => {
    await scorer.close();
    await versions[Symbol.asyncDispose]();
  });

  /** A challenger with all of the traffic, whose only worker died and can't be replaced. */
  async function withDeadChallenger(fallback: FraudScorerOptions['fallback']): Promise<Promise<ScoreResult>[]> {
    const board = new WorkerBoard();
    const workerFile = WorkerBoard.workerFile('stillborn');
    const one = await versions.sqrt('1', 1);
    scorer = await FraudScorer.create({ model: one, workers: 1, workerFile, timeoutMs: 60_000, fallback });
    await scorer.deploy(await versions.sqrt('2', 4), { traffic: 0.9 });
    scorer.setTraffic({ '2': 1 });
    const lost = new Promise((resolve) => scorer.once('workerLost', resolve));
    board.set('startsToFail', 1_000);
    // Its worker dies of the first.
    const answers = [-1_000, 0.25, 0.25].map((x) => scorer.score({ features: { x } }));
    for (const answer of answers) answer.catch(() => {});
    await lost;
    return answers;
  }

  it('fail at once where it has no worker left', async () => {
    const answers = await withDeadChallenger('throw');
    await scorer.retire('2');
    for (const answer of answers) {
      await expect(answer).rejects.toMatchObject({
        code: 'ERR_WORKER_LOST',
        message: 'The version was retired, and had no worker left to answer',
      });
    }
    expect(scorer.summary().requests).toMatchObject({ total: 3, failed: 3 });
    expect(scorer.deployments().map(({ version, role }) => `${version} ${role}`)).toEqual(['1 primary', '2 retired']);
  });

  it('get the decision of the fallback', async () => {
    const answers = await withDeadChallenger('REVIEW');
    await scorer.retire('2');
    for (const answer of answers) expect(await answer).toMatchObject({ source: 'fallback', decision: 'REVIEW' });
  });
});
