import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dynamicBatchingConfig,
  FraudScorer,
  optimizeModel,
  profileModel,
  recommendBatchSize,
} from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const request = { id: 'a', features: { x: [0.25] } };
const invalid = (path: string) => ({ code: 'ERR_INVALID_OPTIONS', issues: [expect.objectContaining({ path })] });

class Batching {
  get maxBatchSize(): number {
    return 7;
  }
}

class Config {
  readonly model = fixtureModel('sqrt');

  get workers(): number {
    return 1;
  }

  get batching(): Batching {
    return new Batching();
  }

  get policy(): object {
    return { reviewProbability: 0.4 };
  }

  fallback(): 'REVIEW' {
    return 'REVIEW';
  }

  describe(): string {
    return 'a method that is no option';
  }
}

let scorer: FraudScorer;

beforeAll(async () => {
  scorer = await FraudScorer.create(new Config());
});

afterAll(() => scorer.close());

describe("options that are a class's getters", () => {
  it('are read by create, the nested ones too, and so is a method with the name of an option', async () => {
    expect(scorer.summary()).toMatchObject({ workers: { configured: 1 }, batching: { maxBatchSize: 7 } });
    // sqrt(0.25) is above the 0.4 from which this policy reviews, and at the 0.5 of the default.
    expect(await scorer.score(request)).toMatchObject({ decision: 'REVIEW' });
    const scorers = await FraudScorer.create(Object.assign(new Config(), { maxQueueSize: 1 }));
    const [, second] = await Promise.all([scorers.score(request), scorers.score(request)]);
    expect(second).toMatchObject({ source: 'fallback', decision: 'REVIEW', error: 'ERR_QUEUE_FULL' });
    await scorers.close();
  });

  it('are refused by create where they are unknown', async () => {
    class Misspelt extends Config {
      get worker(): number {
        return 1;
      }
    }
    await expect(FraudScorer.create(untyped(new Misspelt()))).rejects.toMatchObject(invalid('worker'));
  });

  const bad = new (class {
    get timeoutMs(): number {
      return -1;
    }
  })();
  const unknown = new (class {
    get timeOutMs(): number {
      return 1;
    }
  })();

  it.each([
    ['score', (options: object) => scorer.score(request, options)],
    ['scoreMany', (options: object) => scorer.scoreMany([request], options)],
    ['scoreColumns', (options: object) => scorer.scoreColumns({ x: [0.25] }, 1, options)],
    ['close', (options: object) => scorer.close(options)],
  ])('are read by %s', async (_, call) => {
    await expect(call(bad)).rejects.toMatchObject(invalid('timeoutMs'));
    await expect(call(unknown)).rejects.toMatchObject(invalid('timeOutMs'));
  });

  it('are read by setPolicy', () => {
    class Policy {
      get blockRisk(): number {
        return 2;
      }
    }
    expect(() => scorer.setPolicy(new Policy())).toThrowError(expect.objectContaining(invalid('policy.blockRisk')));
  });

  it('are read by recordOutcome', () => {
    class Label {
      get id(): string {
        return 'elsewhere';
      }

      get isFraud(): boolean {
        return true;
      }

      get decision(): 'BLOCK' {
        return 'BLOCK';
      }

      get version(): string {
        return '1';
      }
    }
    expect(scorer.recordOutcome(new Label())).toBe(true);
  });

  it('are read by the tools', async () => {
    const misspelt = untyped<object>(unknown);
    const model = fixtureModel('sqrt');
    await expect(profileModel(model, misspelt)).rejects.toMatchObject(invalid('timeOutMs'));
    await expect(optimizeModel(model, '/dev/null/nowhere', misspelt)).rejects.toMatchObject(invalid('timeOutMs'));
    expect(() => recommendBatchSize([], misspelt)).toThrowError(expect.objectContaining(invalid('timeOutMs')));
    expect(() => dynamicBatchingConfig(1, misspelt)).toThrowError(expect.objectContaining(invalid('timeOutMs')));
  });
});

describe('an option that throws when it is looked at', () => {
  it.each(['model', 'providers', 'devices', 'workerFile', 'logger', 'policy', 'alerts', 'fallback'])(
    '%s is refused by its name',
    async (name) => {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      await expect(FraudScorer.create({ [name]: proxy })).rejects.toMatchObject(invalid(name));
    },
  );
});

it('says that create makes a scorer where a host calls its constructor', () => {
  const construct = untyped<new (options?: object) => unknown>(FraudScorer);
  const message = 'FraudScorer: expected `await FraudScorer.create(options)`, received `new FraudScorer()`';
  expect(() => new construct()).toThrow(message);
  expect(() => new construct({ model: fixtureModel('sqrt') })).toThrow(message);
});
