import { describe, expect, it } from 'vitest';
import {
  AbortedError,
  ClosedError,
  DeadlineExceededError,
  InferenceError,
  InvalidOptionsError,
  InvalidRequestError,
  QueueFullError,
  UnknownVersionError,
  WorkerLostError,
} from '../../../src/errors.js';
import { frameworkProblem } from '../../../src/integrations/http/framework-problem.js';
import { toProblem } from '../../../src/integrations/http/problem.js';

const issue = { path: 'features.amount', expected: 'a finite number', received: 'null' };

describe('toProblem', () => {
  it.each([
    [new InvalidRequestError([issue]), 400, 'ERR_INVALID_REQUEST'],
    [new InvalidOptionsError([issue]), 400, 'ERR_INVALID_OPTIONS'],
    [new UnknownVersionError('none'), 404, 'ERR_UNKNOWN_VERSION'],
    [new QueueFullError(10), 429, 'ERR_QUEUE_FULL'],
    [new AbortedError('gone'), 499, 'ERR_ABORTED'],
    [new InferenceError('failed'), 500, 'ERR_INFERENCE'],
    [new ClosedError('closed'), 503, 'ERR_CLOSED'],
    [new WorkerLostError('lost'), 503, 'ERR_WORKER_LOST'],
    [new DeadlineExceededError(5), 504, 'ERR_DEADLINE_EXCEEDED'],
  ])('makes a problem of %s', (error, status, code) => {
    const problem = toProblem(error);
    expect(problem.headers['Content-Type']).toBe('application/problem+json');
    expect(problem).toMatchObject({
      status,
      body: { status, code, title: expect.any(String), detail: expect.any(String) },
    });
    expect(new URL(problem.body.type).hash).toBe(`#${code.slice(4).toLowerCase().replaceAll('_', '-')}`);
  });

  it.each([
    [null, '1'],
    [3, '1'],
    [1_001, '2'],
    [5_000, '5'],
  ])('asks to come back after the expected wait of %s ms', (expectedWaitMs, seconds) => {
    expect(toProblem(new QueueFullError(10, { expectedWaitMs })).headers['Retry-After']).toBe(seconds);
  });

  it('points into the body, also where names hold dots, slashes and brackets', () => {
    const paths = ['features.user_features[3]', 'features.a.b', 'features.x/y~z', 'features.q[1]', 'id', 'request'];
    const body = { features: { user_features: [], 'a.b': 1, 'x/y~z': 2, 'q[1]': 3 } };
    const error = new InvalidRequestError(paths.map((path) => ({ ...issue, path })));
    const pointers = toProblem(error, { body, pointer: '/requests/3' }).body.errors?.map(({ pointer }) => pointer);
    expect(pointers).toEqual([
      '/requests/3/features/user_features/3',
      '/requests/3/features/a.b',
      '/requests/3/features/x~1y~0z',
      '/requests/3/features/q[1]',
      '/requests/3/id',
      '/requests/3',
    ]);
  });

  it('says 422 where the features are beyond what the model has a score for', () => {
    const error = new InferenceError('outside', { outOfRange: 'fraudProbability' });
    const { body } = toProblem(error);
    expect(body).toMatchObject({ status: 422, code: 'ERR_SCORE_OUT_OF_RANGE' });
    expect(body.type).toMatch(/#score-out-of-range$/);
    expect(body.detail).toContain('features');
  });

  it('says how many errors there are where it does not list all', () => {
    expect(toProblem(new InvalidRequestError([issue], 50)).body).toMatchObject({ totalErrors: 50 });
  });

  it('hides the message of an error that is not of this package', () => {
    for (const error of [new Error('password 1234'), 'password 1234', null, undefined, 7]) {
      const problem = toProblem(error);
      expect(problem).toMatchObject({ status: 500, body: { code: 'ERR_INTERNAL' } });
      expect(JSON.stringify(problem)).not.toContain('1234');
    }
  });

  it('takes the status of a framework, without its message', () => {
    const parser = Object.assign(new Error('Unexpected token 1234'), { status: 400 });
    const fastify = Object.assign(new Error('1234'), { statusCode: 413 });
    const nest = Object.assign(new Error('1234'), { getStatus: () => 415 });
    expect([parser, fastify, nest].map((error) => toProblem(error).status)).toEqual([400, 413, 415]);
    expect(JSON.stringify([parser, fastify, nest].map((error) => toProblem(error)))).not.toContain('1234');
  });

  it('survives an error that throws when it is read', () => {
    const error = {
      get status(): number {
        throw new Error('mine');
      },
    };
    expect(toProblem(error).status).toBe(500);
  });

  it('answers an error of another version of the package, whose code it does not know, with 500', () => {
    const error = Object.assign(new ClosedError('secret'), { code: 'ERR_OF_THE_FUTURE' });
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status: 500, body: { status: 500, code: 'ERR_INTERNAL' } });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('points at the shares where they are wrong as a whole, and at the whole of a request', () => {
    const pointerOf = (path: string, body: unknown): unknown =>
      toProblem(new InvalidOptionsError([{ ...issue, path }]), { body }).body.errors?.map(({ pointer }) => pointer);
    expect(pointerOf('shares', { shares: { '2': 2 } })).toEqual(['/shares']);
    expect(pointerOf('shares.2', { shares: { '2': 2 } })).toEqual(['/shares/2']);
    expect(pointerOf('request', {})).toEqual(['']);
  });
});

describe('frameworkProblem', () => {
  it.each([[429], [418], [502], [503], [504]])('leaves status %i, which no problem has, to the host', (status) => {
    expect(frameworkProblem(Object.assign(new Error('slow down'), { status }), {})).toBeNull();
  });

  it.each([
    [new ClosedError('closed'), 503],
    [new Error('unknown'), 500],
    [Object.assign(new Error('failed'), { statusCode: 500 }), 500],
    [Object.assign(new Error('large'), { status: 413 }), 413],
  ])('answers %s', (error, status) => {
    expect(frameworkProblem(error, {})?.status).toBe(status);
  });
});
