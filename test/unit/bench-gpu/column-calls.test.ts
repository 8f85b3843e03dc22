import { expect, test } from 'vitest';
import { columnCalls } from '../../../bench/gpu/load/column-calls.js';
import { repeatedColumns } from '../../../bench/gpu/load/repeated-columns.js';

function answer(rows: number) {
  return {
    fraudProbability: new Float32Array(rows),
    riskScore: new Float32Array(rows),
    decision: new Uint8Array(rows),
  };
}

/** A clock that each call moves on, and the calls that were made. */
function scored(msACall: number, rows = 10) {
  const state = { now: 0, calls: 0 };
  const score = async () => {
    state.calls += 1;
    state.now += msACall;
    return answer(rows);
  };
  return { state, score, now: () => state.now };
}

test('all calls are made where there is time', async () => {
  const { state, score, now } = scored(1);
  const report = await columnCalls({ calls: 5, callers: 2, durationMs: 1_000, rowsPerCall: 10, score, now });
  expect(state.calls).toBe(5);
  expect(report).toEqual({ rows: 50, rowsPerSecond: 10_000, missing: 0 });
});

test('where the time is over first, only what was scored counts', async () => {
  const { score, now } = scored(100);
  const report = await columnCalls({ calls: 1_000, callers: 1, durationMs: 250, rowsPerCall: 10, score, now });
  expect(report).toEqual({ rows: 30, rowsPerSecond: 100, missing: 0 });
});

test('rows that come back without a score are noticed', async () => {
  const { score, now } = scored(1, 9);
  const report = await columnCalls({ calls: 2, callers: 1, durationMs: 1_000, rowsPerCall: 10, score, now });
  expect(report.missing).toBe(2);
});

test('a block of rows is repeated until there are enough, cut off where it does not fit', () => {
  const block = { one: Float32Array.of(1, 2), two: Float32Array.of(1, 2, 3, 4) };
  expect(repeatedColumns(block, 2, 5)).toEqual({
    one: Float32Array.of(1, 2, 1, 2, 1),
    two: Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4, 1, 2),
  });
});
