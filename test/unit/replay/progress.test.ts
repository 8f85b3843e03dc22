import { describe, expect, it } from 'vitest';
import { expectedCount, fractionDone, type Position } from '../../../examples/replay/progress.js';

const START: Position = { sent: 0, skipped: 0, rows: undefined, limit: undefined, bytesRead: 0, totalBytes: 1_000 };

describe('fractionDone', () => {
  it('uses the rows if they were counted', () => {
    expect(fractionDone({ ...START, sent: 25, rows: 100, bytesRead: 1_000 })).toBe(0.25);
    expect(fractionDone({ ...START, sent: 45, skipped: 10, rows: 100 })).toBe(0.5);
    expect(fractionDone({ ...START, sent: 5, rows: 100, limit: 10 })).toBe(0.5);
  });

  it('uses the bytes of a large file or the limit, whichever is nearer', () => {
    expect(fractionDone({ ...START, sent: 7, bytesRead: 300 })).toBe(0.3);
    expect(fractionDone({ ...START, sent: 9, bytesRead: 300, limit: 10 })).toBe(0.9);
  });

  it('stays between 0 and 1 for an empty file, and for one with fewer lines than counted', () => {
    expect(fractionDone({ ...START, rows: 0 })).toBe(1);
    expect(fractionDone({ ...START, totalBytes: 0 })).toBe(0);
    expect(fractionDone({ ...START, sent: 11, rows: 10 })).toBe(1);
  });
});

describe('expectedCount', () => {
  it('is what the file has left without the skipped rows, up to the limit', () => {
    expect(expectedCount({ ...START, rows: 100, skipped: 1 })).toBe(99);
    expect(expectedCount({ ...START, rows: 100, limit: 7 })).toBe(7);
    expect(expectedCount(START)).toBeUndefined();
  });
});
