import { expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const modelOf = JSON.stringify(projectPath('models/visa-fraud/1'));

it('has counted nothing when create resolves, though it has warmed up what serves', async () => {
  const { code, output } = await runHost(`
    let asked = 0;
    const scorer = await FraudScorer.create({
      model: ${modelOf}, providers: ['cpu'], workers: 2, explain: true, fallback: () => { asked += 1; return 'BLOCK'; },
    });
    const { requests, business, performance, explanations, queue, batching } = scorer.summary();
    console.log(JSON.stringify({
      requests: requests.total, decisions: business.total, samples: performance.sampleCount, explanations,
      maxDepth: queue.maxDepth, sent: Object.values(batching.sent), latency: batching.latency, asked,
    }));
    await scorer.close();
  `);
  expect(code).toBe(0);
  expect(JSON.parse(output)).toEqual({
    requests: 0,
    decisions: 0,
    samples: 0,
    explanations: { given: 0, skipped: 0 },
    maxDepth: 0,
    sent: [0, 0, 0, 0],
    latency: null,
    asked: 0,
  });
});
