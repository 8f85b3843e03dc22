import { describe, expect, it } from 'vitest';
import {
  decisionRecord,
  deploymentEvent,
  fallbackResult,
  fraudScorerError,
  health,
  metrics,
  scoreRequest,
  scoreResult,
  summary,
  workerLostEvent,
} from '../../../src/testing/index.js';
import { fixtureModel } from '../../support/paths.js';
import { untyped } from '../../support/untyped.js';

describe('the fixtures', () => {
  it('have the model that they are given', () => {
    const model = fixtureModel('sqrt');
    expect(scoreResult({}, { model }).model).toEqual({ name: 'sqrt', version: '1' });
    expect(summary({}, { model })).toMatchObject({ model: { name: 'sqrt' }, deployments: [{ name: 'sqrt' }] });
    expect(decisionRecord({}, { model }).model.name).toBe('sqrt');
    expect(deploymentEvent({}, { model }).version).toBe('1');
    expect(workerLostEvent({}, { model }).version).toBe('1');
  });

  it('are new objects that are the same each time', () => {
    for (const make of [scoreResult, fallbackResult, scoreRequest, summary, metrics, health, decisionRecord]) {
      expect(make()).toEqual(make());
      expect(make()).not.toBe(make());
    }
  });

  it('make the scores fit the decision, and the decision the scores', () => {
    expect(scoreResult({ decision: 'BLOCK' })).toMatchObject({ decision: 'BLOCK', riskLevel: 'HIGH' });
    expect(scoreResult({ decision: 'BLOCK' }).fraudProbability).toBeGreaterThan(0.8);
    expect(scoreResult({ fraudProbability: 0.75 })).toMatchObject({ decision: 'REVIEW', fraudProbability: 0.75 });
    expect(scoreResult({ id: 'mine' })).toMatchObject({ id: 'mine', decision: 'APPROVE' });
  });

  it('make a request by arrays or by names', () => {
    const byName = scoreRequest({}, { byName: true });
    const arrays = scoreRequest();
    expect(Object.keys(byName.features)).toEqual(Object.keys(arrays.features));
    expect(byName.features.transaction_features).toHaveProperty('amount_log');
    expect(arrays.features.transaction_features).toHaveLength(50);
  });

  it('take fields of a summary at any depth', () => {
    const made = summary({ requests: { failed: 7 }, activeAlerts: [], recent: { performance: { errorRate: 0.5 } } });
    expect(made).toMatchObject({
      requests: { failed: 7, succeeded: 600 },
      recent: { windowSeconds: 10, performance: { errorRate: 0.5 } },
      business: { blocked: 60, reviewed: 60, precision: 0.5 },
    });
  });

  it('refuse a code of no error', () => {
    expect(() => fraudScorerError(untyped<'ERR_CLOSED'>('ERR_NONE'))).toThrowError(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' }),
    );
  });
});
