import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { float32Difference, openPreciseSession } from '../../../workers/providers/precise-session.js';

const inFloat32 = 1e-7;
const inTf32 = 3e-4;

/** Opens sessions that are as far from the CPU as said, one after the other. */
function opening(...differences: (number | null | Error)[]) {
  const opened: { session: { release: ReturnType<typeof vi.fn> }; difference: number | null }[] = [];
  const open = vi.fn(async () => {
    const difference = differences[opened.length] ?? null;
    if (difference instanceof Error) throw difference;
    const one = { session: { release: vi.fn(async () => {}) }, result: opened.length, note: null, difference };
    opened.push(one);
    return one;
  });
  const released = (): number[] => opened.flatMap(({ session }, index) => session.release.mock.calls.map(() => index));
  return { open, released };
}

it('a session that computes as the CPU does is taken at once, without a note', async () => {
  const { open, released } = opening(inFloat32);
  expect(await openPreciseSession(open)).toMatchObject({ result: 0, note: null });
  expect(open).toHaveBeenCalledTimes(1);
  expect(released()).toEqual([]);
});

it('a session that can not be compared is taken at once', async () => {
  const { open } = opening(null);
  expect(await openPreciseSession(open)).toMatchObject({ result: 0, note: null });
});

it('a session that rounds to less than float32 is opened again, and released once another is there', async () => {
  const { open, released } = opening(inTf32, inFloat32);
  const { result, note } = await openPreciseSession(open);
  expect(result).toBe(1);
  expect(note).toMatch(/opened 2 times.*TF32/);
  expect(released()).toEqual([0]);
});

it('a model that differs however often it is opened is served by the nearest session, with a note', async () => {
  const { open, released } = opening(3e-3, 2e-3, 4e-3, inFloat32);
  const { result, note } = await openPreciseSession(open);
  expect(result).toBe(1);
  expect(note).toMatch(/differ from the CPU's by 0\.002 of their size/);
  expect(open).toHaveBeenCalledTimes(3);
  expect(released().sort()).toEqual([0, 2]);
});

it('a failure to open it again leaves the session that is there', async () => {
  const { open, released } = opening(inTf32, new Error('out of memory'), inFloat32);
  expect(await openPreciseSession(open)).toMatchObject({ result: 0, note: expect.stringContaining('0.0003') });
  expect(released()).toEqual([]);
});

it('a failure of the first is the failure', async () => {
  await expect(openPreciseSession(opening(new Error('no device')).open)).rejects.toThrow('no device');
});

it('of whatever sessions one is left, the nearest of those opened, and a precise one ends the trying', async () => {
  const difference = fc.oneof(fc.constant(inFloat32), fc.constant(null), fc.double({ min: 3e-5, max: 1, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(difference, { minLength: 5, maxLength: 5 }),
      fc.integer({ min: 1, max: 5 }),
      async (all, tries) => {
        const { open, released } = opening(...all);
        const { result } = await openPreciseSession(open, tries);
        const opened = all.slice(0, open.mock.calls.length).map((value) => value ?? 0);
        expect(all[Number(result)] ?? 0).toBe(Math.min(...opened));
        expect(opened.slice(0, -1).every((value) => value > float32Difference)).toBe(true);
        expect(opened.length === tries || (opened.at(-1) ?? 1) <= float32Difference).toBe(true);
        expect([...released(), result].sort()).toEqual(opened.map((_, index) => index));
      },
    ),
  );
});
