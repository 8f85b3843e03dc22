import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { asError, codeOf, isError, messageOf } from '../../../src/host/thrown.js';

const ofAnotherRealm: unknown = runInNewContext("Object.assign(new RangeError('too much'), { code: 'ENOSPC' })");
/** As Node.js copies an error out of a worker thread, into a realm whose Error is another. */
const copied: unknown = Object.assign(Object.create({ name: 'Error' }), { message: 'too much', code: 'ENOSPC' });

describe('what was thrown', () => {
  it.each([
    ['an error of this realm', Object.assign(new Error('too much'), { code: 'ENOSPC' })],
    ['an error of another realm', ofAnotherRealm],
    ['a copy out of a worker thread', copied],
  ])('is an error with its message and code: %s', (_, thrown) => {
    expect(isError(thrown)).toBe(true);
    expect(messageOf(thrown)).toBe('too much');
    expect(codeOf(thrown)).toBe('ENOSPC');
    expect(asError(thrown)).toBe(thrown);
  });

  it.each([
    ['a text', 'no'],
    ['null', null],
    ['an object', { name: 1, message: 'no' }],
  ])('may be no error: %s', (_, thrown) => {
    expect(isError(thrown)).toBe(false);
    expect(codeOf(thrown)).toBeNull();
    expect(asError(thrown)).toMatchObject({ message: String(thrown) });
  });

  it('has no code where that is no text', () => {
    expect(codeOf(Object.assign(new Error('no'), { code: 5 }))).toBeNull();
  });
});
