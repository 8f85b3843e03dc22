import { describe, expect, it } from 'vitest';
import { failoverReason } from '../../../src/deployments/failover.js';

const well = { withoutWorkersMs: 0, requests: 1_000, failed: 0.01 };

describe('failoverReason', () => {
  it('finds no reason in a primary that answers', () => {
    expect(failoverReason(well)).toBeNull();
    expect(failoverReason({ ...well, requests: 0, failed: null })).toBeNull();
  });

  it('waits for the replacement of a worker that died', () => {
    expect(failoverReason({ ...well, withoutWorkersMs: 299 })).toBeNull();
    expect(failoverReason({ ...well, withoutWorkersMs: 300.4 })).toBe('it had no worker for 300 ms');
  });

  it('needs more than half of enough requests to fail', () => {
    expect(failoverReason({ ...well, failed: 0.5 })).toBeNull();
    expect(failoverReason({ ...well, requests: 19, failed: 1 })).toBeNull();
    expect(failoverReason({ ...well, requests: 20, failed: 0.55 })).toBe('it failed 55.0% of 20 requests in 10 s');
  });
});
