import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import * as first from '../../src/errors.js';

const issue = { path: 'features.x[0]', expected: 'a finite number', received: 'NaN' };

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
    expect(new first.InvalidRequestError([issue], 31).message).toBe(
      'Invalid request: features.x[0]: expected a finite number, received NaN; and 30 more',
    );
  });
});

describe('errors as JSON', () => {
  const secret = new Error('4111 1111 1111 1111');
  it.each<[first.FraudScorerError, object]>([
    [new first.QueueFullError(10), { name: 'QueueFullError', code: 'ERR_QUEUE_FULL' }],
    [new first.DeadlineExceededError(5), { name: 'DeadlineExceededError', code: 'ERR_DEADLINE_EXCEEDED' }],
    [new first.AbortedError(secret), { name: 'AbortedError', code: 'ERR_ABORTED' }],
    [new first.ClosedError('closed'), { name: 'ClosedError', code: 'ERR_CLOSED' }],
    [new first.InferenceError('failed', { cause: secret }), { name: 'InferenceError', code: 'ERR_INFERENCE' }],
    [new first.UnavailableError('no node'), { name: 'UnavailableError', code: 'ERR_UNAVAILABLE' }],
    [new first.WorkerLostError('lost'), { name: 'WorkerLostError', code: 'ERR_WORKER_LOST' }],
    [
      new first.InvalidOptionsError([issue], 3),
      { name: 'InvalidOptionsError', code: 'ERR_INVALID_OPTIONS', issues: [issue], totalIssues: 3 },
    ],
    [
      new first.InvalidRequestError([issue], 1, { cause: secret }),
      { name: 'InvalidRequestError', code: 'ERR_INVALID_REQUEST', issues: [issue], totalIssues: 1 },
    ],
    [
      new first.ModelInvalidError('model.json', [issue], { cause: secret, totalIssues: 25 }),
      { name: 'ModelInvalidError', code: 'ERR_MODEL_INVALID', issues: [issue], totalIssues: 25 },
    ],
    [new first.ModelIntegrityError('another'), { name: 'ModelIntegrityError', code: 'ERR_MODEL_INTEGRITY' }],
    [
      new first.ProviderUnavailableError('none'),
      { name: 'ProviderUnavailableError', code: 'ERR_PROVIDER_UNAVAILABLE' },
    ],
    [new first.OutOfResourcesError('memory'), { name: 'OutOfResourcesError', code: 'ERR_OUT_OF_RESOURCES' }],
    [new first.StartTimeoutError('late'), { name: 'StartTimeoutError', code: 'ERR_START_TIMEOUT' }],
    [new first.RecordsNotDurableError('disk'), { name: 'RecordsNotDurableError', code: 'ERR_RECORDS_NOT_DURABLE' }],
  ])('keep the message, and hold neither a cause nor a stack: %s', (error, fields) => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({ ...fields, message: error.message });
    expect(JSON.parse(JSON.stringify({ reason: error })).reason.message).toBe(error.message);
  });

  it('leave what is printed and enumerated as it was', () => {
    const error = new first.InvalidRequestError([issue]);
    expect(Object.keys(error).sort()).toEqual(['code', 'issues', 'name', 'totalIssues']);
    expect(inspect(error)).not.toContain('toJSON');
    expect(Object.keys(new first.ClosedError('closed')).sort()).toEqual(['code', 'name']);
  });

  it('keep what a logger or the host added to them', () => {
    const error = Object.assign(new first.ClosedError('closed'), { level: 'error' });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'ClosedError',
      code: 'ERR_CLOSED',
      message: 'closed',
      level: 'error',
    });
  });

  it('survive a structured clone as what toJSON gives, while the error itself loses its code', () => {
    const error = new first.QueueFullError(10);
    expect(structuredClone(error.toJSON())).toEqual(error.toJSON());
    expect(structuredClone(error)).not.toHaveProperty('code');
  });
});
