/** Freezes a plain object and all that it holds, so that code that gets it can't change what others see. @returns the same object. */
export function frozen<T extends object>(value: T): T {
  if (Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) frozen(part);
  }
  return Object.freeze(value);
}
