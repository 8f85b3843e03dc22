import { afterEach, describe, expect, it } from 'vitest';
import { FraudScorer, type ScoreResult } from '../../src/index.js';
import { fixtureModel, projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';
import { untyped } from '../support/untyped.js';

const workerFile = projectPath('dist/worker.js');
const features = { x: [0.25] };

describe('code of the host that runs within a request', () => {
  const open: FraudScorer[] = [];
  afterEach(async () => {
    await Promise.all(open.splice(0).map((scorer) => scorer.close()));
  });
  async function create(options = {}): Promise<FraudScorer> {
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, workerFile, ...options });
    open.push(scorer);
    return scorer;
  }

  it('may close the scorer while its request is read: nothing is waited for', async () => {
    const scorer = await create();
    let closing: Promise<unknown> | null = null;
    const request = {
      get features() {
        closing = scorer.close({ timeoutMs: Number.POSITIVE_INFINITY });
        return features;
      },
    };
    await expect(scorer.score(request)).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect(await closing).toMatchObject({ abandoned: 0 });
  });

  it('gets a rejection, and no exception, where score has lost its scorer', async () => {
    const { score } = await create();
    const alone: unknown = untyped<(request: unknown) => Promise<unknown>>(score)({ features });
    await expect(alone).rejects.toBeInstanceOf(TypeError);
  });

  it('leaves the queue whole where it calls score until the stack is full', async () => {
    const model = JSON.stringify(fixtureModel('sqrt'));
    const program = `
      const scorer = await FraudScorer.create({ model: ${model}, workers: 1, timeoutMs: 500 });
      const features = { x: [0.25] };
      const answers = [];
      let calls = 0;
      const request = {
        get features() {
          calls += 1;
          if (calls < 10_000) answers.push(scorer.score(request));
          return features;
        },
      };
      answers.push(scorer.score(request));
      await Promise.allSettled(answers);
      const { depth, inFlight } = scorer.summary().queue;
      const { source } = await scorer.score({ features });
      await scorer.close();
      console.log(depth, inFlight, source);
    `;
    const { code, output } = await runHost(program);
    expect([code, output.trim().split('\n').at(-1)]).toEqual([0, '0 0 model']);
  });

  it('sees in a decision listener what is counted so far, and changes the policy from the next answer on', async () => {
    const scorer = await create();
    const seen: unknown[] = [];
    scorer.on('decision', () => {
      const { requests, performance } = scorer.summary();
      seen.push([requests.succeeded, performance.sampleCount]);
      if (seen.length === 1) scorer.setPolicy({ blockProbability: 0, blockRisk: 0, reviewProbability: 0 });
    });
    const results: ScoreResult[] = await Promise.all(Array.from({ length: 4 }, () => scorer.score({ features })));
    expect(seen).toEqual([1, 2, 3, 4].map((count) => [count, count]));
    expect(results.map(({ decision }) => decision).slice(1)).toEqual(['BLOCK', 'BLOCK', 'BLOCK']);
    expect(results[0]?.decision).not.toBe('BLOCK');
  });
});
