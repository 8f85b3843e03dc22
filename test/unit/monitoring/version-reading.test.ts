import { describe, expect, it } from 'vitest';
import { DeadlineExceededError, InferenceError, QueueFullError } from '../../../src/errors.js';
import { OutcomeStore } from '../../../src/monitoring/labels/outcomes.js';
import { countsBetween, readVersion } from '../../../src/monitoring/version-reading.js';
import { VersionStats } from '../../../src/monitoring/version-stats.js';
import { FakeClock } from '../../support/fake-clock.js';

function newStats(): VersionStats {
  const clock = new FakeClock();
  return new VersionStats('1', clock, new OutcomeStore(clock, { maxPending: 0, ttlMs: 1 }));
}

describe('a reading of a version', () => {
  it('counts what the version had to answer, what failed, and what was decided and blocked, over all intervals', () => {
    const stats = newStats();
    stats.recordAnswer('APPROVE', 'LOW', undefined);
    stats.recordAnswer('BLOCK', 'HIGH', undefined);
    stats.recordTimes(Float64Array.of(0, 10), 2, 11, 20);
    stats.history.advance(2);
    stats.recordError(new InferenceError('a fault'));
    stats.recordError(new DeadlineExceededError(5));
    stats.recordError(new QueueFullError(1));
    const { latency, ...counts } = readVersion('2', stats);
    expect(counts).toEqual({ version: '2', requests: 4, failed: 2, decided: 2, blocked: 1 });
    expect([latency.count, latency.summary().max]).toEqual([2, 20]);
  });

  it('leaves out the decisions of scoreColumns, whose rows the host chose', () => {
    const stats = newStats();
    stats.recordAnswer('BLOCK', 'HIGH', undefined);
    stats.recordColumns({ APPROVE: 3, REVIEW: 4, BLOCK: 5, highRisk: 5 });
    expect(readVersion('2', stats)).toMatchObject({ decided: 1, blocked: 1 });
    expect(stats.decisions.total).toBe(13);
  });

  it('stays as it was when more is counted, so that two of them tell what happened in between', () => {
    const stats = newStats();
    const earlier = readVersion('2', stats);
    stats.recordAnswer('BLOCK', 'HIGH', undefined);
    stats.recordTimes(Float64Array.of(0), 1, 1, 2);
    const later = readVersion('2', stats);
    stats.recordError(new InferenceError('a fault'));
    expect(countsBetween(earlier, later)).toEqual({ requests: 1, failed: 0, decided: 1, blocked: 1 });
    expect([earlier.latency.count, later.latency.count]).toEqual([0, 1]);
  });
});
