import { describe, expect, it } from 'vitest';
import { BadCell } from '../../../../src/tools/score-file/cell-value.js';
import { readId } from '../../../../src/tools/score-file/label-cells.js';

describe('readId', () => {
  it('takes texts, and integers that a number holds', () => {
    const ids = ['9007199254740993', '', 7, -3, 2 ** 53 - 1];
    expect(ids.map(readId)).toEqual(ids);
    expect([null, undefined].map(readId)).toEqual([null, null]);
  });

  it.each([2 ** 53, -(2 ** 53), 1.5, 1e300])(
    'refuses the number %d, whose digits may not be those of the file',
    (id) => {
      expect(readId(id)).toEqual(
        new BadCell(
          'a text or an integer from −(2^53 − 1) to 2^53 − 1',
          'another number, which may have lost digits (write it in quotes)',
        ),
      );
    },
  );
});
