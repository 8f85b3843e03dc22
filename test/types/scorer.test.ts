import { describe, expectTypeOf, it } from 'vitest';
import type {
  CloseReport,
  FeatureValues,
  FraudScorer,
  Health,
  ManyRequests,
  ScoreOptions,
  ScoreOutcome,
  ScoreRequest,
  ScoreResult,
  Scorer,
} from '../../src/index.js';

declare const result: ScoreResult;
declare const health: Health;
declare const report: CloseReport;

interface Features {
  left: number[];
}

/** A host's service, as it should be declared. */
class Payments {
  readonly #scorer: Scorer;

  constructor(scorer: Scorer) {
    this.#scorer = scorer;
  }

  decide(features: Features): Promise<ScoreResult> {
    return this.#scorer.score({ features });
  }
}

/** A stand-in with private fields of its own. */
class StandIn implements Scorer {
  readonly #seen: ScoreRequest[] = [];

  async score(request: ScoreRequest, options: ScoreOptions = {}): Promise<ScoreResult> {
    this.#seen.push(request);
    const left: FeatureValues | undefined = request.features.left;
    if (left === undefined || options.signal?.aborted) throw new Error('no');
    return result;
  }

  async scoreMany(requests: ManyRequests): Promise<ScoreOutcome[]> {
    const outcomes: ScoreOutcome[] = [];
    for await (const request of requests) outcomes.push({ status: 'fulfilled', value: await this.score(request) });
    return outcomes;
  }

  health(): Health {
    return health;
  }

  async close(): Promise<CloseReport> {
    return report;
  }
}

/** One that adds something to another. */
class Counting implements Scorer {
  readonly #inner: Scorer;
  calls = 0;

  constructor(inner: Scorer) {
    this.#inner = inner;
  }

  score(request: ScoreRequest, options?: ScoreOptions): Promise<ScoreResult> {
    this.calls += 1;
    return this.#inner.score(request, options);
  }

  scoreMany(requests: ManyRequests, options?: ScoreOptions): Promise<ScoreOutcome[]> {
    return this.#inner.scoreMany(requests, options);
  }

  health = (): Health => this.#inner.health();

  close(options?: { timeoutMs?: number | undefined }): Promise<CloseReport> {
    return this.#inner.close(options);
  }
}

const literal: Scorer = {
  score: async ({ id }) => (id === undefined ? result : { ...result, id }),
  scoreMany: async () => [],
  health: () => health,
  close: async () => report,
};

// What is claimed here is checked by the type checker (`npm run typecheck`); running it proves nothing more.
describe('the interface Scorer', () => {
  it('is implemented by FraudScorer, and by stand-ins that hosts write', () => {
    expectTypeOf<FraudScorer>().toExtend<Scorer>();
    const hosts = (scorer: FraudScorer) => [
      new Payments(scorer),
      new Payments(new StandIn()),
      new Payments(new Counting(scorer)),
      new Payments(literal),
    ];
    expectTypeOf(hosts).returns.toEqualTypeOf<Payments[]>();
  });

  it('asks for the whole of it', () => {
    // @ts-expect-error There is no health.
    const incomplete: Scorer = { score: literal.score, scoreMany: literal.scoreMany, close: literal.close };
    expectTypeOf(incomplete).toEqualTypeOf<Scorer>();
    // @ts-expect-error It gives no decision.
    const wrong: Scorer = { ...literal, score: async () => 'APPROVE' };
    expectTypeOf(wrong).toEqualTypeOf<Scorer>();
  });
});
