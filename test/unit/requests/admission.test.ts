import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { ScoreOptions, ScoreRequest } from '../../../src/api/request.js';
import { type AbortedError, FraudScorerError } from '../../../src/errors.js';
import { markLasting } from '../../../src/host/lasting-signal.js';
import { Admission } from '../../../src/requests/admission.js';
import type { Intake } from '../../../src/requests/admission-options.js';
import { explainCodes } from '../../../src/requests/explain-codes.js';
import { FeatureRows } from '../../../src/requests/feature-rows.js';
import { RequestTable, rowStates } from '../../../src/requests/request-table.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';
import { Waiters } from '../../../src/requests/waiters.js';
import { DeadlineWheel } from '../../../src/scheduling/deadline-wheel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { noFaults } from '../../support/no-faults.js';
import { settlerOf } from '../../support/settler.js';

/** A door before a queue whose outlook the test sets. */
function rig({ capacity = 10, maxQueueSize = 10, keepsRequests = false } = {}) {
  const clock = new FakeClock();
  const added: number[] = [];
  const refused: FraudScorerError[] = [];
  const counted: string[] = [];
  const unrouted: string[] = [];
  const aborted: { row: number; error: AbortedError }[] = [];
  const state = { leastAnswerMs: 0, isClosed: false };
  const table = new RequestTable(capacity);
  const deadlines = new DeadlineWheel(table, clock, () => {});
  const features = new FeatureRows(rowLayoutOf([{ name: 'x', size: 1 }]), capacity + 1, 0);
  const version: Intake = {
    index: 3,
    model: { name: 'model', version: '1' },
    features,
    scratchRow: capacity,
    batcher: {
      canAnswerWithin: (timeoutMs, priority) => state.leastAnswerMs / (1 + Math.max(priority, 0)) <= timeoutMs,
      add: (row) => added.push(row),
      remove: () => {},
    },
    stats: observer(counted),
    expectedWaitMs: 1_500,
  };
  const admission = new Admission({
    clock,
    table,
    deadlines,
    settler: settlerOf(table, { clock, deadlines }),
    changes: new Waiters(),
    deployments: {
      get waiting() {
        return added.length;
      },
      isSplit: false,
      primary: version,
      isCrowded: () => false,
      placeOf: () => 0,
      route: () => version,
    },
    copies: { isActive: false, add: () => {} },
    unrouted: observer(unrouted),
    onAborted: (row, error) => aborted.push({ row, error }),
    maxQueueSize,
    timeoutMs: 100,
    keepsRequests,
    door: state,
    events: { decisionListeners: 0 },
    onFault: noFaults,
  });
  const submit = (options?: ScoreOptions, request: ScoreRequest = { features: { x: [1] } }): void =>
    admission.submit(
      request,
      options,
      () => {},
      (error) => refused.push(error),
    );
  return { admission, clock, added, refused, counted, unrouted, aborted, state, table, deadlines, features, submit };
}

/** Notes the codes of the errors that it counts. */
function observer(codes: string[]): Intake['stats'] {
  return { recordError: ({ code }) => codes.push(code), recordAbandoned: () => {}, recordFallback: () => {} };
}

describe('Admission', () => {
  it('writes a request and its features into a row, and queues it', () => {
    const { clock, added, refused, table, deadlines, features, submit } = rig();
    submit({ timeoutMs: 50, priority: -2, explain: 'block' }, { id: 'a', features: { x: [0.5] } });
    const [row = -1] = added;
    expect(refused).toEqual([]);
    expect([table.state[row], table.version[row], table.priority[row], table.id[row]]).toEqual([
      rowStates.entering,
      3,
      -2,
      'a',
    ]);
    expect([table.enqueuedAt[row], table.deadlineAt[row]]).toEqual([clock.now(), clock.now() + 50]);
    expect(table.explain[row]).toBe(explainCodes.block);
    expect(features.floats[features.start(row)]).toBe(0.5);
    expect(deadlines.length).toBe(1);
  });

  it("leaves nothing of a row's last request to the next one", () => {
    const { added, table, submit } = rig({ capacity: 1 });
    submit({ timeoutMs: 50, priority: 5, explain: true }, { id: 'a', features: { x: [1] } });
    table.release(added[0] ?? -1);
    submit();
    const row = added[1] ?? -1;
    expect([table.priority[row], table.timeoutMs[row], table.explain[row]]).toEqual([0, 100, explainCodes.unsaid]);
    expect(table.id[row]).toBeUndefined();
  });

  it("keeps the host's own request only where a fallback function may want it", () => {
    const request = { features: { x: [1] } };
    for (const keepsRequests of [false, true]) {
      const { added, table, submit } = rig({ keepsRequests });
      submit(undefined, request);
      expect(table.request[added[0] ?? -1]).toBe(keepsRequests ? request : null);
    }
  });

  it('refuses at once what could not be answered within its timeout, and keeps nothing of it', () => {
    const { added, refused, counted, state, table, submit } = rig();
    state.leastAnswerMs = 101;
    submit();
    expect(refused.map(({ code }) => code)).toEqual(['ERR_DEADLINE_EXCEEDED']);
    expect(counted).toEqual(['ERR_DEADLINE_EXCEEDED']);
    expect(refused[0]?.message).toContain('could not be answered within its timeoutMs of 100');
    expect([added.length, table.freeCount]).toEqual([0, 10]);
  });

  it('counts a refusal for the chosen version, and for none before one is chosen or if the shared queue is full', () => {
    const { counted, unrouted, state, submit } = rig({ maxQueueSize: 1 });
    const aborted = new AbortController();
    aborted.abort();
    submit({ signal: aborted.signal });
    submit({ timeoutMs: -1 });
    submit(undefined, { features: {} });
    submit();
    submit();
    state.isClosed = true;
    submit();
    expect(counted).toEqual(['ERR_INVALID_REQUEST']);
    expect(unrouted).toEqual(['ERR_ABORTED', 'ERR_INVALID_OPTIONS', 'ERR_QUEUE_FULL', 'ERR_CLOSED']);
  });

  it('accepts requests with enough time or priority', () => {
    const { added, state, table, submit } = rig();
    state.leastAnswerMs = 101;
    submit({ timeoutMs: 150 });
    submit({ priority: 1 });
    expect(added.map((row) => [table.priority[row], table.timeoutMs[row]])).toEqual([
      [0, 150],
      [1, 100],
    ]);
  });

  it('refuses a priority that is no integer from −10 to 10', () => {
    const { refused, submit } = rig();
    submit({ priority: 11 });
    submit({ priority: 0.5 });
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringMatching(/priority.*at most 10, received 11/),
      expect.stringMatching(/priority.*an integer.*received 0\.5/),
    ]);
  });

  it.each([
    ['as many wait as may', { maxQueueSize: 1, capacity: 10 }],
    ['no row is free', { maxQueueSize: 10, capacity: 1 }],
  ])('refuses a request where %s, and an invalid one as such all the same', (_, sizes) => {
    const { admission, table, refused, submit } = rig(sizes);
    submit();
    expect(admission.isFull).toBe(true);
    const free = table.freeCount;
    submit();
    submit(undefined, { features: { x: [Number.NaN] } });
    expect(refused.map(({ code }) => code)).toEqual(['ERR_QUEUE_FULL', 'ERR_INVALID_REQUEST']);
    expect(table.freeCount).toBe(free);
  });

  it('keeps a request separate from one that its own getter submits, and refuses it if that one took the last place', () => {
    const { added, refused, table, features, submit } = rig({ maxQueueSize: 1 });
    submit(undefined, {
      features: {
        get x() {
          submit(undefined, { features: { x: [2] } });
          return [1];
        },
      },
    });
    expect(refused.map(({ code }) => code)).toEqual(['ERR_QUEUE_FULL']);
    expect(added.map((row) => features.floats[features.start(row)])).toEqual([2]);
    expect(table.freeCount).toBe(9);
  });

  it('refuses a request whose getter closes the scorer, and keeps nothing of it', () => {
    const { added, refused, state, table, submit } = rig();
    submit(undefined, {
      features: {
        get x() {
          state.isClosed = true;
          return [1];
        },
      },
    });
    expect(refused.map(({ code }) => code)).toEqual(['ERR_CLOSED']);
    expect([added.length, table.freeCount]).toEqual([0, 10]);
  });

  it("gives up the request that its caller's signal aborts, and never the next one of its row", () => {
    const { added, aborted, table, submit } = rig({ capacity: 1 });
    const [first, second] = [new AbortController(), new AbortController()];
    submit({ signal: first.signal });
    const row = added[0] ?? -1;
    table.release(row);
    submit({ signal: second.signal });
    expect(added).toEqual([row, row]);
    first.abort();
    expect(aborted).toEqual([]);
    second.abort('left');
    expect(aborted).toMatchObject([{ row, error: { code: 'ERR_ABORTED' } }]);
  });

  it('gives up every request that waits with the signal of a connection, and none that is settled', () => {
    const { submit, aborted, table } = rig();
    const [connection, other] = [new AbortController(), new AbortController()];
    markLasting(connection.signal);
    markLasting(other.signal);
    for (const { signal } of [connection, connection, other, connection]) submit({ signal });
    table.release(0);
    // It gets the row of the first.
    submit({});
    connection.abort('gone');
    expect(aborted.map(({ row, error }) => [row, error.cause])).toEqual([
      [1, 'gone'],
      [3, 'gone'],
    ]);
    expect(getEventListeners(other.signal, 'abort')).toHaveLength(1);
  });

  it('refuses a request whose signal is aborted already', () => {
    const { added, refused, submit } = rig();
    submit({ signal: AbortSignal.abort() });
    expect(refused.map((error) => [error instanceof FraudScorerError, error.code])).toEqual([[true, 'ERR_ABORTED']]);
    expect(added).toEqual([]);
  });
});
