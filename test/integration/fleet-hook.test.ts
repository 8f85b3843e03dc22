import { describe, expect, it } from 'vitest';
import { fleetHookOf } from '../../src/fleet/fleet-hook.js';
import { decodeVersionReading } from '../../src/fleet/version-reading-bytes.js';
import { FraudScorer } from '../../src/fraud-scorer.js';

describe('the fleet hook of a scorer', () => {
  it('tells what each live version has done, in plain values that any copy of the package can read', async () => {
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'] });
    const features = {
      transaction_features: new Float32Array(50),
      user_features: new Float32Array(30),
      merchant_features: new Float32Array(20),
    };
    await scorer.scoreMany(Array.from({ length: 20 }, () => ({ features })));
    await scorer.score({ features: {} }).catch(() => {});
    const [version, ...others] = fleetHookOf(scorer)?.versions() ?? [];
    if (version === undefined) throw new Error('expected a version');
    expect(others).toEqual([]);
    const { model, performance } = scorer.summary();
    expect(version).toMatchObject({
      version: model.version,
      role: 'primary',
      traffic: 1,
      designEffect: 1,
      requests: 20,
    });
    expect(version.latency).toBeInstanceOf(Uint8Array);
    expect(decodeVersionReading(structuredClone(version))?.latency.summary()).toEqual(performance.latencyMs);
  });

  it('sets the thresholds of each version by itself, over those of the host', async () => {
    await using scorer = await FraudScorer.create({ workers: 1, providers: ['cpu'], policy: { blockRisk: 1 } });
    const hook = fleetHookOf(scorer);
    const [model] = hook?.models() ?? [];
    expect(model).toMatchObject({
      role: 'primary',
      traffic: 1,
      sample: null,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const events: unknown[] = [];
    scorer.on('deployment', ({ type, reason }) => events.push([type, reason]));
    const features = {
      transaction_features: new Float32Array(50),
      user_features: new Float32Array(30),
      merchant_features: new Float32Array(20),
    };
    const decisionOf = async () => (await scorer.score({ features })).decision;
    const before = await decisionOf();
    hook?.setPolicies((version) => (version === model?.version ? { blockProbability: 0 } : {}));
    expect(await decisionOf()).toBe('BLOCK');
    hook?.setPolicies(() => ({}));
    hook?.setPolicies(() => ({}));
    expect(await decisionOf()).toBe(before);
    expect(events).toEqual([
      ['policy', 'set: blockProbability'],
      ['policy', 'set: blockProbability'],
    ]);
  });

  it('is not there on other objects', () => {
    expect(fleetHookOf({})).toBeNull();
  });
});
