import { describe, expect, it } from 'vitest';
import type { ProfiledBatch, ProfileReport } from '../../../src/protocol/tools.js';
import { mergedReports } from '../../../src/tools/profile-sessions.js';

function batch(batchSize: number, rest: Partial<ProfiledBatch> = {}): ProfiledBatch {
  return { batchSize, durationsMs: [2, 1], runs: 2, startMs: 0, endMs: 4, memory: null, ...rest };
}

function report(measured: ProfiledBatch[], rest: Partial<ProfileReport> = {}): ProfileReport {
  return { unavailable: null, isDeviceLost: false, measured, outOfMemoryAt: null, ...rest };
}

const memory = { memoryGb: 3, memoryTotalGb: 80 };

describe('what sessions found together', () => {
  it('is the rows of one by its runs, and of several by the clock, from the first beginning to the last end', () => {
    expect(mergedReports([report([batch(10, { memory })])]).measured).toEqual([
      { batchSize: 10, durationsMs: [1, 2], rowsPerSecond: (10 * 2 * 1000) / 3, ...memory },
    ]);
    const first = batch(10, { memory, startMs: 100, endMs: 104 });
    const second = batch(10, { durationsMs: [3, 0.5], runs: 6, startMs: 102, endMs: 108 });
    expect(mergedReports([report([first]), report([second])]).measured).toEqual([
      { batchSize: 10, durationsMs: [0.5, 1, 2, 3], rowsPerSecond: (10 * 8 * 1000) / 8, ...memory },
    ]);
  });

  it('is the batch sizes that all came to, and the smallest at which the memory ran out', () => {
    const long = report([batch(1, { memory }), batch(64, { memory })], { outOfMemoryAt: 256 });
    const short = report([batch(1)], { outOfMemoryAt: 64 });
    const merged = mergedReports([long, short]);
    expect(merged.measured.map(({ batchSize }) => batchSize)).toEqual([1]);
    expect(merged.outOfMemoryAt).toBe(64);
  });

  it('is nothing where one could not be opened, and the device is lost where one says so', () => {
    const fine = report([batch(1, { memory })]);
    const closed = report([], { unavailable: 'no room' });
    const lost = report([], { unavailable: 'CUDA failure 719', isDeviceLost: true });
    expect(mergedReports([fine, closed])).toMatchObject({ measured: [], unavailable: 'no room', isDeviceLost: false });
    expect(mergedReports([fine, closed, lost])).toMatchObject({ unavailable: 'CUDA failure 719', isDeviceLost: true });
  });
});
