import { InvalidArgumentError } from 'commander';
import type { Provider } from '../api/provider.js';
import { isProvider } from '../options.js';

/** For an option that may be repeated, or may have several values with commas. */
export function providers(value: string, earlier: readonly Provider[] = []): Provider[] {
  const list = [...earlier];
  for (const name of value.split(',')) {
    if (!isProvider(name)) throw new InvalidArgumentError("expected 'cuda', 'tensorrt' or 'cpu'.");
    if (!list.includes(name)) list.push(name);
  }
  return list;
}

export function wholeNumbers(low: number, high: number): (value: string) => number[] {
  const read = wholeNumber(low, high);
  return (value) => [...new Set(value.split(',').map(read))];
}

export function wholeNumber(low: number, high: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= low && number <= high) return number;
    throw new InvalidArgumentError(`expected a whole number from ${low} to ${high}.`);
  };
}

export function positiveNumber(value: string): number {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (number > 0) return number;
  throw new InvalidArgumentError('expected a number above 0.');
}
