import { describe, expect, it, vi } from 'vitest';
import * as first from '../../src/errors.js';

describe('errors', () => {
  it('carry a literal code and their name', () => {
    const error = new first.QueueFullError(10);
    expect(error).toMatchObject({ code: 'ERR_QUEUE_FULL', name: 'QueueFullError' });
    expect(error).toBeInstanceOf(Error);
    expect(error).toBeInstanceOf(first.FraudScorerError);
    expect(error).not.toBeInstanceOf(first.ClosedError);
    expect(new Error('x')).not.toBeInstanceOf(first.FraudScorerError);
    expect(null).not.toBeInstanceOf(first.FraudScorerError);
  });

  it('are recognised across two copies of the package', async () => {
    vi.resetModules();
    const second: typeof first = await import('../../src/errors.js');
    expect(second.QueueFullError).not.toBe(first.QueueFullError);
    const error = new second.QueueFullError(10);
    expect(error).toBeInstanceOf(first.QueueFullError);
    expect(error).toBeInstanceOf(first.FraudScorerError);
    expect(error).not.toBeInstanceOf(first.DeadlineExceededError);
  });

  it('list issues, and say how many more there are', () => {
    const issue = { path: 'features.x[0]', expected: 'a finite number', received: 'NaN' };
    expect(new first.InvalidRequestError([issue], 31).message).toBe(
      'Invalid request: features.x[0]: expected a finite number, received NaN; and 30 more',
    );
  });
});
