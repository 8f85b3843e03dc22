import { describe, expect, it } from 'vitest';
import type { DeploymentEvent } from '../../../src/api/events.js';
import {
  type FakeScorer,
  type FakeScorerOptions,
  fakeClock,
  fakeScorer,
  scoreRequest,
} from '../../../src/testing/index.js';

const inputs = [{ name: 'x', size: 2, features: ['amount', 'hour'] }];
const manifest = (version: string): Record<string, unknown> => ({
  name: 'cards',
  version,
  file: 'model.onnx',
  sha256: 'a'.repeat(64),
  inputs,
  outputs: { probability: 'p' },
});
const models = {
  '/models/cards/2': manifest('2'),
  '/models/cards/3': manifest('3'),
  '/broken': 'ERR_MODEL_INTEGRITY',
} as const;

function create(options: FakeScorerOptions = {}): { scorer: FakeScorer; events: DeploymentEvent[] } {
  const scorer = fakeScorer<unknown>({ model: manifest('1'), models, clock: fakeClock(), ...options });
  const events: DeploymentEvent[] = [];
  scorer.on('deployment', (event) => events.push(event));
  return { scorer, events };
}

const request = (id: string) => scoreRequest({ id }, { model: manifest('1') });

async function versionsOf(scorer: FakeScorer, count: number): Promise<string[]> {
  const outcomes = await scorer.scoreMany(Array.from({ length: count }, (_, index) => request(`card-${index}`)));
  return outcomes.map((one) =>
    one.status === 'fulfilled' && one.value.source === 'model' ? one.value.model.version : '',
  );
}

const rolesOf = (scorer: FakeScorer): Record<string, string> =>
  Object.fromEntries(scorer.deployments().map(({ version, role, traffic }) => [version, `${role} ${traffic}`]));

describe('the versions of a fake scorer', () => {
  it('come from what the test says is at a path, and need no directory', async () => {
    const { scorer, events } = create();
    expect(await scorer.deploy('/models/cards/2')).toMatchObject({ version: '2', role: 'primary', traffic: 1 });
    expect(rolesOf(scorer)).toEqual({ 1: 'standby 0', 2: 'primary 1' });
    expect(events).toMatchObject([{ type: 'deployed', version: '2', at: 1_767_225_600_000 }]);
    expect((await scorer.score(request('a'))).source === 'model' && scorer.summary().model.version).toBe('2');
  });

  it('fail to deploy where the test says so, and everything goes on', async () => {
    const { scorer, events } = create();
    await expect(scorer.deploy('/broken')).rejects.toMatchObject({ code: 'ERR_MODEL_INTEGRITY' });
    expect(events).toMatchObject([{ type: 'failed', version: null }]);
    expect(rolesOf(scorer)).toEqual({ 1: 'primary 1' });
  });

  it('answer their shares, the same keys each time', async () => {
    const { scorer } = create();
    await scorer.deploy('/models/cards/2', { traffic: 0.25 });
    const first = await versionsOf(scorer, 400);
    expect(first.filter((version) => version === '2').length).toBeGreaterThan(60);
    expect(first.filter((version) => version === '2').length).toBeLessThan(140);
    expect(await versionsOf(scorer, 400)).toEqual(first);
    const [, challenger] = scorer.deployments();
    expect(challenger?.requests.total).toBe(2 * first.filter((version) => version === '2').length);
    expect(challenger?.comparison?.error.difference).toBeCloseTo(0, 10);
  });

  it('spread requests without a key evenly, without chance', async () => {
    const { scorer } = create();
    await scorer.deploy('/models/cards/2', { traffic: 0.5 });
    const { features } = request('a');
    for (let sent = 0; sent < 100; sent += 1) await scorer.score({ features });
    expect(scorer.deployments().map(({ requests }) => requests.total)).toEqual([50, 50]);
  });

  it('have shadows that count what they have seen, and answer nobody', async () => {
    const { scorer } = create({ decide: ({ id }) => (id === 'card-1' ? 'BLOCK' : 'APPROVE') });
    await scorer.deploy('/models/cards/2', { traffic: 'shadow' });
    expect(new Set(await versionsOf(scorer, 10))).toEqual(new Set(['1']));
    const shadow = scorer.deployments().find(({ role }) => role === 'shadow');
    expect(shadow?.shadow).toMatchObject({
      copied: 10,
      flips: { APPROVE: { APPROVE: 9 }, BLOCK: { BLOCK: 1 } },
      scoreDifference: { mean: 0 },
    });
    expect(shadow?.requests.total).toBe(0);
  });

  it('have canaries that the test leads', async () => {
    const { scorer, events } = create();
    const canary = { steps: [0.125, 0.5, 1] as [number, ...number[]], stepMs: 1_000 };
    await scorer.deploy('/models/cards/2', { canary });
    scorer.advanceCanary('2');
    expect(scorer.deployments().find(({ version }) => version === '2')?.canary).toEqual({
      ...{ state: 'running', step: 1, share: 0.5, reason: null },
    });
    scorer.advanceCanary('2');
    expect(rolesOf(scorer)).toEqual({ 1: 'standby 0', 2: 'primary 1' });
    await scorer.deploy('/models/cards/3', { canary });
    scorer.abortCanary('3', { guard: 'maxLatencyRatio', seen: 2, allowed: 1.5 });
    expect(rolesOf(scorer)).toMatchObject({ 2: 'primary 1', 3: 'retired 0' });
    expect(events.map(({ type }) => type)).toEqual([
      ...['deployed', 'canaryStep', 'promoted', 'deployed', 'canaryAborted', 'retired'],
    ]);
    expect(() => scorer.advanceCanary('1')).toThrowError('is no canary');
  });

  it('take thresholds of their own, and those of the scorer after that', async () => {
    const { scorer } = create({ otherwise: { fraudProbability: 0.6 } });
    await scorer.deploy('/models/cards/2', { policy: { blockProbability: 0.55 } });
    expect(await scorer.score(request('a'))).toMatchObject({ decision: 'BLOCK' });
    scorer.setPolicy({ blockProbability: 0.9 });
    expect(await scorer.score(request('a'))).toMatchObject({ decision: 'REVIEW' });
  });
});

describe('the columns of a fake scorer', () => {
  const columns = { x: [1, 2, 3, 4] };

  it('get the next answer of the list, the same for every row', async () => {
    const { scorer } = create({ answers: ['BLOCK', 'ERR_INFERENCE'] });
    const scores = await scorer.scoreColumns(columns, 2);
    expect([...scores.decision]).toEqual([2, 2]);
    expect(scores.fraudProbability[0]).toBeGreaterThan(0.8);
    await expect(scorer.scoreColumns(columns, 2)).rejects.toMatchObject({ code: 'ERR_INFERENCE' });
    expect(scorer.columnCalls).toMatchObject([
      { rows: 2, result: scores, error: null },
      { rows: 2, result: null, error: { code: 'ERR_INFERENCE' } },
    ]);
    expect([...(await scorer.scoreColumns(columns, 2)).decision]).toEqual([0, 0]);
  });

  it('wait for their latency, and end at their deadline or at close', async () => {
    const clock = fakeClock();
    const { scorer } = create({ clock, latencyMs: 80 });
    const answered = scorer.scoreColumns(columns, 2);
    const late = scorer.scoreColumns(columns, 2, { timeoutMs: 50 });
    const expired = expect(late).rejects.toMatchObject({ code: 'ERR_DEADLINE_EXCEEDED' });
    clock.advance(80);
    await expired;
    expect((await answered).decision.length).toBe(2);
    const held = expect(scorer.scoreColumns(columns, 2)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    const closed = scorer.close({ timeoutMs: 10 });
    await clock.advanceAsync(10);
    await held;
    expect((await closed).abandoned).toBe(1);
  });

  it('are taken of any names where features are not checked', async () => {
    const scorer = fakeScorer();
    expect((await scorer.scoreColumns({ anything: [1] }, 1)).decision.length).toBe(1);
    await expect(scorer.scoreColumns({ anything: [1] }, -1)).rejects.toMatchObject({ code: 'ERR_INVALID_REQUEST' });
  });
});
