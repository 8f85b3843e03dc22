import { describe, expect, it } from 'vitest';
import { SkipCounts } from '../../../../src/tools/score-file/skipped-rows.js';

describe('SkipCounts', () => {
  it('tells a thousand reasons apart and counts the others together, so that ever new names do not fill the memory', () => {
    const counts = new SkipCounts();
    for (let line = 1; line <= 3_000; line += 1) {
      counts.add(line, { column: `name ${line}`, expected: 'a known name', received: 'an unknown name' });
    }
    counts.add(3_001, { column: 'name 1', expected: 'a known name', received: 'an unknown name' });
    const list = counts.list();
    expect(list).toHaveLength(1_001);
    expect(list[0]).toMatchObject({ column: null, rows: 2_000, lines: expect.arrayContaining([1_001]) });
    expect(list[1]).toMatchObject({ column: 'name 1', rows: 2, lines: [1, 3_001] });
    expect(list.reduce((sum, { rows }) => sum + rows, 0)).toBe(3_001);
  });
});
