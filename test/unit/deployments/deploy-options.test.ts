import { describe, expect, it } from 'vitest';
import { readDeployOptions, readShares } from '../../../src/deployments/deploy-options.js';
import { untyped } from '../../support/untyped.js';

describe('readDeployOptions', () => {
  it('replaces the primary by default', () => {
    expect(readDeployOptions(undefined)).toEqual({ role: { kind: 'primary' }, policy: {}, workers: null });
  });

  it('takes a share, a shadow or a canary', () => {
    expect(readDeployOptions({ traffic: 0.2, workers: 3 })).toMatchObject({
      role: { kind: 'challenger', share: 0.2, canary: null },
      workers: 3,
    });
    expect(readDeployOptions({ traffic: 'shadow', sample: 0.1 }).role).toEqual({ kind: 'shadow', sample: 0.1 });
    expect(readDeployOptions({ canary: {} }).role).toMatchObject({
      kind: 'challenger',
      share: 0.05,
      canary: { steps: [0.05, 0.25, 1], stepMs: 600_000 },
    });
    expect(readDeployOptions({ traffic: 0.1, canary: { steps: [0.1, 1] } }).role).toMatchObject({ share: 0.1 });
  });

  it.each([
    [{ traffic: 0 }, 'traffic'],
    [{ traffic: -0.1 }, 'traffic'],
    [{ traffic: 1.1 }, 'traffic'],
    [{ traffic: Number.NaN }, 'traffic'],
    [{ traffic: 'all' }, 'traffic'],
    [{ traffic: 0.2, sample: 0.5 }, 'sample'],
    [{ traffic: 'shadow', sample: 0 }, 'sample'],
    [{ traffic: 'shadow', canary: {} }, 'traffic'],
    [{ policy: { blockProbability: 2 } }, 'policy.blockProbability'],
    [{ workers: 0 }, 'workers'],
    [{ canary: { steps: [] } }, 'canary.steps'],
    [{ trafic: 0.2 }, 'trafic'],
    [null, 'options'],
  ])('refuses %j by the name of the field', (options, path) => {
    expect(() => readDeployOptions(untyped(options))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS', issues: [expect.objectContaining({ path })] }),
    );
  });
});

it('lists all options where one is unknown', () => {
  expect(() => readDeployOptions(untyped({ worker: 2 }))).toThrow(
    /expected one of traffic, policy, workers, sample, canary/,
  );
});

describe('readShares', () => {
  it('says so where it is given nothing', () => {
    expect(() => readShares(undefined)).toThrow(/shares: expected an object of shares by version, received undefined/);
  });

  it('reads shares by version, whatever the versions are called', () => {
    expect([...readShares({ '2': 0.3, __proto__: undefined, constructor: 0.1 })]).toEqual([
      ['2', 0.3],
      ['constructor', 0.1],
    ]);
  });

  it.each([[null], [0.3], [[0.3]], [{ '2': '0.3' }], [{ '2': Number.NaN }], [{ '2': 1.01 }]])(
    'refuses %j',
    (shares) => {
      expect(() => readShares(shares)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }));
    },
  );
});
