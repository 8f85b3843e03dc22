import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import type { SettlerOptions } from '../../../src/answering/settler.js';
import type { DecisionRecord } from '../../../src/api/events.js';
import type { ScoreRequest } from '../../../src/api/request.js';
import type { ModelResult } from '../../../src/api/result.js';
import { AbortedError, ClosedError, DeadlineExceededError, QueueFullError } from '../../../src/errors.js';
import { currentContext } from '../../../src/host/async-context.js';
import { RequestTable } from '../../../src/requests/request-table.js';
import { DeadlineWheel } from '../../../src/scheduling/deadline-wheel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Callers, settlerOf } from '../../support/settler.js';

const model = { name: 'model', version: '1' };

function resultOf(fields: Partial<ModelResult> = {}): ModelResult {
  return {
    source: 'model',
    decidedBy: 'policy',
    decision: 'REVIEW',
    fraudProbability: 0.6,
    riskScore: 0.25,
    riskLevel: 'LOW',
    model,
    provider: 'cpu',
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
    ...fields,
  };
}

function rig(options: Partial<SettlerOptions> = {}) {
  const clock = new FakeClock();
  const table = new RequestTable(4);
  const callers = new Callers(table);
  const deadlines = new DeadlineWheel(table, clock, () => {});
  const records: DecisionRecord[] = [];
  const counted: string[] = [];
  const settler = settlerOf(table, {
    clock,
    deadlines,
    events: { decisionListeners: 1, emit: (_, record) => records.push(record) },
    ...options,
  });
  const observer = {
    recordError: ({ code }: { code: string }) => counted.push(code),
    recordAbandoned: () => counted.push('abandoned'),
    recordFallback: () => counted.push('fallback'),
  };
  const claim = (fields: { timeoutMs?: number } = {}): number => {
    const row = callers.claim({ enqueuedAt: clock.now(), ...fields });
    deadlines.add(row);
    return row;
  };
  return { clock, table, callers, deadlines, records, counted, settler, observer, claim };
}

describe('Settler', () => {
  it('gives the caller the answer, releases the row and takes it off the deadlines and the signal', () => {
    const { table, callers, deadlines, settler, claim } = rig();
    const row = claim({ timeoutMs: 50 });
    let stopped = 0;
    table.stopListening[row] = () => {
      stopped += 1;
    };
    const result = resultOf();
    settler.answer(row, result);
    expect(callers.told).toEqual([[result]]);
    expect([table.freeCount, deadlines.length, stopped]).toEqual([4, 0, 1]);
  });

  it("settles a single request's promise by its own functions", () => {
    const { table, settler, observer } = rig();
    const told: unknown[] = [];
    for (const settle of [
      (row: number) => settler.answer(row, resultOf()),
      (row: number) => settler.fail(row, new AbortedError('left'), model, observer),
    ]) {
      const row = table.claim();
      table.resolve[row] = ({ source }) => told.push(source);
      table.reject[row] = ({ code }) => told.push(code);
      settle(row);
    }
    expect(told).toEqual(['model', 'ERR_ABORTED']);
  });

  it('has the row free for another request before the caller hears of the answer', () => {
    const { table, settler, claim } = rig();
    const row = claim();
    let claimed = -1;
    table.settlements[row] = {
      resolve: () => {
        claimed = table.claim();
      },
      reject: () => {},
    };
    settler.answer(row, resultOf());
    expect(claimed).toBe(row);
    expect(table.settlements[row]).toBeNull();
  });

  it('refuses to settle a row that is settled', () => {
    const { settler, observer, claim } = rig();
    const row = claim();
    settler.answer(row, resultOf());
    expect(() => settler.fail(row, new AbortedError('left'), model, observer)).toThrow('released twice');
    expect(() => settler.answer(row, resultOf())).toThrow('released twice');
  });

  it('counts a failure once, by its own cause, and what close gives up as abandoned', () => {
    const { callers, counted, settler, observer, claim } = rig();
    for (const error of [new DeadlineExceededError(5), new AbortedError('left'), new ClosedError('closed')])
      settler.fail(claim(), error, model, observer);
    expect(callers.told).toMatchObject([
      [{ code: 'ERR_DEADLINE_EXCEEDED' }],
      [{ code: 'ERR_ABORTED' }],
      [{ code: 'ERR_CLOSED' }],
    ]);
    expect(counted).toEqual(['ERR_DEADLINE_EXCEEDED', 'ERR_ABORTED', 'abandoned']);
  });

  it('answers with the fallback where it may, and counts the cause as well as the fallback', () => {
    const { clock, callers, counted, records, settler, observer, claim, table } = rig({ fallback: 'REVIEW' });
    const row = claim();
    table.id[row] = 'a';
    clock.advance(7);
    settler.fail(row, new DeadlineExceededError(5), model, observer);
    expect(callers.told).toMatchObject([
      [{ source: 'fallback', decision: 'REVIEW', error: 'ERR_DEADLINE_EXCEEDED', id: 'a', timing: { totalMs: 7 } }],
    ]);
    expect(counted).toEqual(['ERR_DEADLINE_EXCEEDED', 'fallback']);
    expect(records).toMatchObject([{ source: 'fallback', decision: 'REVIEW', id: 'a', model }]);
  });

  it("calls the fallback function with the host's own request and the error, in the caller's context", () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { callers, table, settler, observer, claim } = rig({
      fallback: (request, { code }) => {
        seen.push(request, code, storage.getStore());
        return 'BLOCK';
      },
    });
    const request: ScoreRequest = { features: {} };
    const row = claim();
    table.request[row] = request;
    table.context[row] = storage.run('of the caller', currentContext);
    settler.fail(row, new DeadlineExceededError(5), model, observer);
    expect(seen[0]).toBe(request);
    expect(seen.slice(1)).toEqual(['ERR_DEADLINE_EXCEEDED', 'of the caller']);
    expect(callers.told).toMatchObject([[{ decision: 'BLOCK' }]]);
  });

  it('lets the error stand where the fallback function gives no decision, and says so', () => {
    const failures: string[] = [];
    const { callers, counted, settler, observer, claim, table } = rig({
      fallback: () => {
        throw new Error('of the host');
      },
      onFallbackFailure: (reason) => failures.push(reason),
    });
    const row = claim();
    table.request[row] = { features: {} };
    settler.fail(row, new DeadlineExceededError(5), model, observer);
    expect(callers.told).toMatchObject([[{ code: 'ERR_DEADLINE_EXCEEDED' }]]);
    expect([counted, failures]).toEqual([['ERR_DEADLINE_EXCEEDED'], ['the fallback function threw: Error']]);
  });

  it('settles each of two requests once where the fallback of one aborts the other', () => {
    const parts = rig({
      fallback: () => {
        if (table.isCurrent(other, 0)) settler.fail(other, new AbortedError('left'), model, observer);
        return 'APPROVE';
      },
    });
    const { callers, table, settler, observer, claim } = parts;
    const row = claim();
    const other = claim();
    table.request[row] = { features: {} };
    settler.fail(row, new DeadlineExceededError(5), model, observer);
    expect(callers.told).toMatchObject([[{ decision: 'APPROVE' }], [{ code: 'ERR_ABORTED' }]]);
  });

  it('refuses a request without a row, which the fallback may answer too', () => {
    const { clock, counted, settler, observer } = rig({ fallback: 'APPROVE' });
    const told: unknown[] = [];
    const caller = {
      request: null,
      id: 'a',
      enqueuedAt: clock.now(),
      context: null,
      trace: null,
      isRouted: true,
      resolve: (result: unknown) => told.push(result),
      reject: (error: unknown) => told.push(error),
    };
    settler.refuse(caller, new QueueFullError(1), model, observer);
    settler.refuse(caller, new ClosedError('closed'), model, observer);
    expect(told).toMatchObject([{ decision: 'APPROVE', id: 'a' }, { code: 'ERR_CLOSED' }]);
    expect(counted).toEqual(['ERR_QUEUE_FULL', 'fallback', 'ERR_CLOSED']);
  });

  it('makes a record of each decision only where somebody wants it, once the caller has the answer', () => {
    const order: string[] = [];
    for (const isWanted of [false, true]) {
      const { clock, table, settler, claim } = rig({
        events: {
          decisionListeners: isWanted ? 1 : 0,
          emit: (_, { at, ...record }) => {
            expect(at).toBe(clock.epochMs());
            expect(record).toEqual({
              decision: 'REVIEW',
              fraudProbability: 0.6,
              riskScore: 0.25,
              model,
              source: 'model',
            });
            order.push('recorded');
          },
        },
      });
      const row = claim();
      table.settlements[row] = { resolve: () => order.push('told'), reject: () => {} };
      settler.answer(row, resultOf());
    }
    expect(order).toEqual(['told', 'told', 'recorded']);
  });
});
