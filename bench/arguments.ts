import { InvalidArgumentError } from 'commander';

/** Some of these names, with commas between, in their own order. */
export function listOf(names: readonly string[]): (text: string) => string[] {
  return (text) => {
    const list = text.split(',').map((name) => name.trim());
    const unknown = list.find((name) => !names.includes(name));
    if (unknown === undefined) return names.filter((name) => list.includes(name));
    throw new InvalidArgumentError(`expected some of ${names.join(', ')}, received '${unknown}'.`);
  };
}

export function wholeFrom(low: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && Number(text) >= low) return Number(text);
    throw new InvalidArgumentError(`expected a whole number of at least ${low}.`);
  };
}

export function numberFrom(low: number): (text: string) => number {
  return (text) => {
    if (isDecimal(text) && Number(text) >= low) return Number(text);
    throw new InvalidArgumentError(`expected a number of at least ${low}.`);
  };
}

export function numberAbove(low: number): (text: string) => number {
  return (text) => {
    if (isDecimal(text) && Number(text) > low) return Number(text);
    throw new InvalidArgumentError(`expected a number above ${low}.`);
  };
}

/** Number() would take '' and '0x10' too. */
function isDecimal(text: string): boolean {
  return /^\d+(\.\d+)?$/.test(text);
}
