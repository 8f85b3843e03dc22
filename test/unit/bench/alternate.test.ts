import { expect, test } from 'vitest';
import { alternate } from '../../../bench/alternate.js';

test('contenders take turns, and another begins each round', async () => {
  const turns: string[] = [];
  const contender = (name: string) => ({ name, slice: async () => turns.push(name) });
  const options = { rounds: 3, sliceMs: 1, warmUp: false };
  const rounds = await alternate([contender('a'), contender('b')], options);
  expect(turns.join('')).toBe('abbaab');
  expect(rounds.of('a')).toEqual([1, 4, 5]);
  expect(rounds.of('b')).toEqual([2, 3, 6]);
});

test('the round that warms up is not kept', async () => {
  const durations: number[] = [];
  const slice = async (durationMs: number) => durations.push(durationMs);
  const rounds = await alternate([{ name: 'a', slice }], { rounds: 1, sliceMs: 100 });
  expect(durations).toEqual([50, 100]);
  expect(rounds.of('a')).toEqual([2]);
});

test('each slice that is kept is told', async () => {
  const told: string[] = [];
  await alternate([{ name: 'a', slice: async () => 0 }], { rounds: 2, sliceMs: 1, onSlice: (name) => told.push(name) });
  expect(told).toEqual(['a', 'a']);
});

test('a contender that never was has no slices', async () => {
  const rounds = await alternate([{ name: 'a', slice: async () => 0 }], { rounds: 1, sliceMs: 1 });
  expect(() => rounds.of('b')).toThrow('name: expected one of a, received b');
});

test('mirrored rounds alternate the order, so that of two contenders each goes first as often', async () => {
  const turns: string[] = [];
  const contender = (name: string) => ({ name, slice: async () => turns.push(name) });
  const contenders = ['a', 'b', 'c'].map(contender);
  await alternate(contenders, { rounds: 3, sliceMs: 1, warmUp: false, order: 'mirrored' });
  expect(turns.join('')).toBe('abccbaabc');
});
