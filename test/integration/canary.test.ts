import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CanaryOptions, type DeploymentEvent, FraudScorer } from '../../src/index.js';
import { Versions } from '../support/versions.js';

const policy = { reviewProbability: 0.99, blockProbability: 0.9, reviewRisk: 1, blockRisk: 1 };
const quick: CanaryOptions = { steps: [0.3, 1], stepMs: 500, minRequests: 50, maxBlockRateChange: 0.05 };

describe('a canary', () => {
  let versions: Versions;
  let one: string;
  const open: { scorer: FraudScorer; stop: () => Promise<void> }[] = [];

  beforeAll(async () => {
    versions = await Versions.make();
    one = await versions.sqrt('1', 1);
  });
  afterAll(() => versions[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const { scorer, stop } of open.splice(0)) {
      await stop();
      await scorer.close();
    }
  });

  /** A scorer under a steady load of about 1,500 requests a second, each of another customer. */
  async function create(): Promise<{ scorer: FraudScorer; events: DeploymentEvent[]; failed: string[] }> {
    const scorer = await FraudScorer.create({ model: one, workers: 1, policy });
    const events: DeploymentEvent[] = [];
    const failed: string[] = [];
    scorer.on('deployment', (event) => events.push(event));
    let sent = 0;
    const send = (): void => {
      for (let count = 0; count < 15; count += 1) {
        sent += 1;
        scorer
          .score({ id: `customer ${sent}`, features: { x: ((sent * 7) % 1_000) / 1_000 } })
          .catch(({ code }) => failed.push(code));
      }
    };
    const timer = setInterval(send, 10);
    const stop = async (): Promise<void> => clearInterval(timer);
    open.push({ scorer, stop });
    return { scorer, events, failed };
  }

  const told = (events: readonly DeploymentEvent[], type: DeploymentEvent['type']) =>
    events.find((event) => event.type === type);
  const patient = { timeout: 20_000, interval: 50 };

  it('that does no worse is promoted, step by step', async () => {
    const { scorer, events, failed } = await create();
    const equal = await versions.sqrt('equal', 1);
    const deployed = await scorer.deploy(equal, { canary: { ...quick, steps: [0.3, 0.5, 1] } });
    expect(deployed).toMatchObject({
      role: 'challenger',
      traffic: 0.3,
      canary: { state: 'running', step: 0, share: 0.3 },
    });
    expect(() => scorer.setTraffic({ equal: 0.9 })).toThrow(/which is a canary/);
    await expect.poll(() => told(events, 'promoted'), patient).toBeDefined();
    expect(told(events, 'canaryStep')).toMatchObject({ version: 'equal', traffic: 0.5 });
    const [standby, primary] = scorer.deployments();
    expect(standby).toMatchObject({ version: '1', role: 'standby' });
    expect(primary).toMatchObject({ version: 'equal', role: 'primary', traffic: 1, canary: { state: 'promoted' } });
    expect(failed).toEqual([]);
  });

  it('that blocks three times as much is aborted, retired, and gets nothing any more', async () => {
    const { scorer, events, failed } = await create();
    // √x is above 0.9 for 19 % of the requests, and √(x / 0.45) for 64 %, where it is at most 1.
    const blocking = await versions.sqrt('blocking', 1, { policy: { blockProbability: 0.6 } });
    await scorer.deploy(blocking, { canary: quick, policy: { blockProbability: 0.6 } });
    await expect.poll(() => told(events, 'canaryAborted'), patient).toBeDefined();
    expect(told(events, 'canaryAborted')).toMatchObject({
      version: 'blocking',
      guard: 'maxBlockRateChange',
      allowed: 0.05,
      traffic: 0,
    });
    // Why is said once.
    expect(told(events, 'canaryAborted')?.reason).toMatch(/block/);
    expect(told(events, 'retired')).toMatchObject({ version: 'blocking', reason: 'its canary was aborted' });
    expect(scorer.deployments().find(({ version }) => version === 'blocking')).toMatchObject({
      role: 'retired',
      traffic: 0,
    });
    await expect
      .poll(() => scorer.deployments().at(-1), patient)
      .toMatchObject({
        version: 'blocking',
        role: 'retired',
        canary: { state: 'aborted', share: 0 },
      });
    expect(failed).toEqual([]);
  });

  it('that fails requests is aborted by its error rate', async () => {
    const { scorer, events } = await create();
    // Above 1 for x > 0.9: no probability, which is refused as an answer.
    await scorer.deploy(await versions.sqrt('failing', 0.9), { canary: quick });
    await expect
      .poll(() => told(events, 'canaryAborted'), patient)
      .toMatchObject({ guard: 'maxErrorRate', allowed: 0.01 });
  });

  it('asks the host, which may abort it', async () => {
    const { scorer, events } = await create();
    const asked: number[] = [];
    const gate: CanaryOptions['gate'] = ({ canary, primary, nextShare }) => {
      asked.push(canary.requests, primary.requests);
      return nextShare === 1 ? 'abort' : 'advance';
    };
    await scorer.deploy(await versions.sqrt('gated', 1), { canary: { ...quick, gate } });
    await expect
      .poll(() => told(events, 'canaryAborted'), patient)
      .toMatchObject({ guard: 'gate', seen: null, allowed: null });
    expect(Math.min(...asked)).toBeGreaterThan(50);
  });

  it('waits where there are too few requests, and says so', async () => {
    const { scorer, events } = await create();
    await scorer.deploy(await versions.sqrt('waiting', 1), { canary: { ...quick, minRequests: 1_000_000 } });
    await expect
      .poll(() => told(events, 'canaryWaiting'), patient)
      .toMatchObject({
        version: 'waiting',
        reason: expect.stringContaining('too few requests'),
      });
    expect(scorer.deployments().find(({ version }) => version === 'waiting')?.canary).toMatchObject({
      state: 'waiting',
    });
    // The host goes on by itself.
    await scorer.promote('waiting');
    expect(scorer.deployments().find(({ version }) => version === 'waiting')).toMatchObject({
      role: 'primary',
      canary: { state: 'promoted' },
    });
  });

  it('can be retired by hand, and closed over', async () => {
    const { scorer } = await create();
    await scorer.deploy(await versions.sqrt('by hand', 1), { canary: quick });
    await scorer.retire('by hand');
    expect(scorer.deployments().at(-1)).toMatchObject({
      version: 'by hand',
      role: 'retired',
      canary: { state: 'aborted' },
    });
    await scorer.deploy(await versions.sqrt('closed over', 1), { canary: quick });
    expect((await scorer.close()).summary.deployments.map(({ version }) => version)).toContain('closed over');
  });

  it.each([
    [{ steps: [0.5, 0.2] }, /canary\.steps/],
    [{ steps: [1] }, /canary\.steps\[0\]/],
    [{ stepMs: 0 }, /canary\.stepMs/],
    [{ guards: 1 }, /canary\.guards/],
  ])('refuses %o', async (canary, message) => {
    const { scorer } = await create();
    await expect(scorer.deploy(one, { canary: canary as CanaryOptions })).rejects.toThrow(message);
  });

  it('refuses a share that is not the first step', async () => {
    const { scorer } = await create();
    await expect(scorer.deploy(one, { traffic: 0.5, canary: quick })).rejects.toThrow(
      /traffic: expected nothing, or the canary's first step/,
    );
  });
});
