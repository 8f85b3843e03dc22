import { expect, test } from 'vitest';
import { type Check, checkOf, hasFailed, mustBeNone, reported } from '../../../bench/gpu/report/check.js';
import type { PartResult } from '../../../bench/gpu/report/part-result.js';
import { checksText, partText } from '../../../bench/gpu/report/text.js';
import { figureOf } from '../../../bench/statistics.js';

function part(fields: Partial<PartResult>): PartResult {
  return {
    ...{ part: 'raw', title: 'Raw', status: 'done', reason: null, seconds: 3.21, allottedSeconds: 4 },
    ...{ checks: [], tables: [], notes: [] },
    ...fields,
  };
}

/** Cells of the table's lines. */
function cells(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.split('│').slice(1, -1))
    .map((row) => row.map((cell) => cell.trim()));
}

const slow = checkOf({ what: 'runs', bound: 'under', limit: 0.5, unit: 'ms', figure: figureOf([0.8]) });

test('a result is shown beside its limit', () => {
  expect(slow).toMatchObject({ asked: 'under 0.50 ms', seen: '0.80 ms', met: false, isMust: false });
  expect(checkOf({ what: 'runs', bound: 'at least', limit: 2, unit: 'perSecond', figure: figureOf([3]) }).met).toBe(
    true,
  );
});

test('a value that was not measured is neither met nor missed', () => {
  const check = checkOf({ what: 'runs', bound: 'under', limit: 0.5, unit: 'ms', figure: null }, true);
  expect(check).toMatchObject({ seen: 'nothing', met: null });
  expect(hasFailed([check])).toBe(false);
});

test('only a missed required limit fails the run, not a speed limit', () => {
  expect(hasFailed([slow, reported('memory', 12, 'megabytes'), mustBeNone('requests lost', 0)])).toBe(false);
  expect(hasFailed([mustBeNone('requests lost', 1)])).toBe(true);
});

test('the last table has what was asked, seen and met, a line each', () => {
  const checks: Check[] = [slow, mustBeNone('requests lost', 2), reported('memory', 12, 'megabytes')];
  expect(cells(checksText([part({ checks })]))).toEqual([
    ['what', 'asked', 'seen', 'met'],
    ['runs', 'under 0.50 ms', '0.80 ms', 'no'],
    ['requests lost', 'none', '2', 'NO'],
    ['memory', '–', '12 MB', '–'],
  ]);
});

test('a part whose process crashed keeps what it found and says how it ended', () => {
  const crashed = part({ status: 'failed', reason: 'its process ended on the way with SIGSEGV', checks: [slow] });
  expect(cells(checksText([crashed])).map(([what, , , met]) => [what, met])).toContainEqual(['Raw', 'NO']);
  expect(checksText([crashed])).toContain('0.80 ms');
  expect(checksText([crashed])).toContain('SIGSEGV');
});

test('a part that was left out says why, and took no time', () => {
  const text = partText(part({ status: 'left out', reason: 'no time was left', seconds: 0 }));
  expect(text).toBe('Raw: left out\nno time was left');
});
