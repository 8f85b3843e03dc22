import { describe, expect, it } from 'vitest';
import { type Alert, type DecisionRecord, FraudScorer } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

/** Where a value is something that JSON does not keep: no finite number, a typed array, a Map and the like. */
function notJson(value: unknown, path = ''): string[] {
  if (value === null || ['string', 'boolean', 'undefined'].includes(typeof value)) return [];
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path}: ${value}`];
  if (typeof value !== 'object') return [`${path}: ${typeof value}`];
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype) return [`${path}: ${value.constructor.name}`];
  return Object.entries(value).flatMap(([name, field]) => notJson(field, path === '' ? name : `${path}.${name}`));
}

const never = Number.POSITIVE_INFINITY;

describe('what a scorer gives', () => {
  it('is kept by JSON: results, reasons, outcomes, events, health and summary', async () => {
    const scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      workers: 1,
      explain: true,
      timeoutMs: never,
      workerHangMs: never,
      startTimeoutMs: never,
      outcomes: { ttlMs: never },
      alerts: {
        maxLatencyMs: never,
        minThroughputPerSecond: 0,
        maxErrorRate: never,
        maxFallbackRate: never,
        maxMemoryGb: 0,
        maxFalsePositiveRate: never,
      },
    });
    const records: DecisionRecord[] = [];
    scorer.on('decision', (record) => records.push(record));
    const alerted = new Promise<Alert>((resolve) => scorer.once('alert', resolve));
    expect(notJson(scorer.summary())).toEqual([]);
    const result = await scorer.score({ id: 'a', features: { x: [0.81] } });
    expect(result).toMatchObject({ attention: expect.any(Array), reasons: expect.any(Array) });
    expect(notJson(result)).toEqual([]);
    expect(notJson(records)).toEqual([]);
    expect(notJson(await alerted)).toEqual([]);
    const outcomes = await scorer.scoreMany([{ features: { x: [0.25] } }, { features: { x: untyped<[]>('no') } }]);
    expect(JSON.parse(JSON.stringify(outcomes))).toMatchObject([
      { status: 'fulfilled', value: { decision: 'REVIEW' } },
      {
        status: 'rejected',
        reason: {
          name: 'InvalidRequestError',
          code: 'ERR_INVALID_REQUEST',
          message: 'Invalid request: features.x: expected a finite number, received a string',
          issues: [{ path: 'features.x' }],
          totalIssues: 1,
        },
      },
    ]);
    expect(notJson(scorer.health())).toEqual([]);
    expect(notJson(await scorer.close())).toEqual([]);
    expect(notJson(scorer.summary())).toEqual([]);
  });

  it('has null in JSON for a limit that was set to Infinity', async () => {
    const batching = { targetLatencyMs: never };
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, batching });
    const { summary } = await scorer.close();
    expect(notJson(summary)).toEqual(['batching.targetLatencyMs: Infinity']);
    expect(JSON.parse(JSON.stringify(summary)).batching.targetLatencyMs).toBeNull();
  });

  it('is typed arrays from scoreColumns, which [...] makes arrays for JSON', async () => {
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1 });
    const { fraudProbability, riskScore, decision } = await scorer.scoreColumns({ x: [0.25, 0.81] }, 2);
    const sent = JSON.parse(JSON.stringify({ decision: [...decision], fraudProbability: [...fraudProbability] }));
    expect(sent).toEqual({ decision: [1, 2], fraudProbability: [0.5, Math.fround(0.9)] });
    expect([...riskScore]).toHaveLength(2);
    await scorer.close();
  });
});
