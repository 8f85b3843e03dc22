/** Tells whether a value has a type. */
export type Guard<T> = (value: unknown) => value is T;

/** The type that a guard tells. */
export type Guarded<G> = G extends Guard<infer T> ? T : never;

// Guards for values from other processes. They are for values that are read by the package alone: they say yes or no, not what is wrong.

/** A finite number. */
export const isNumber: Guard<number> = (value): value is number => typeof value === 'number' && Number.isFinite(value);

/** Any number, also an infinite one. */
export const isLimit: Guard<number> = (value): value is number => typeof value === 'number' && !Number.isNaN(value);

export const isString: Guard<string> = (value) => typeof value === 'string';

export const isBoolean: Guard<boolean> = (value) => typeof value === 'boolean';

export const isBytes: Guard<Uint8Array> = (value) => value instanceof Uint8Array;

export function orNull<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

export function oneOf<const T extends string>(...values: readonly T[]): Guard<T> {
  return (value): value is T => values.some((one) => one === value);
}

/** @param most the most items. */
export function listOf<T>(guard: Guard<T>, most: number): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.length <= most && value.every(guard);
}

export function pairOf<A, B>(first: Guard<A>, second: Guard<B>): Guard<[A, B]> {
  return (value): value is [A, B] => Array.isArray(value) && value.length === 2 && first(value[0]) && second(value[1]);
}

/** An object with at least these fields. Further ones are ignored, because a newer version may send them. */
export function shapeOf<T extends object>(fields: { readonly [K in keyof T]-?: Guard<T[K]> }): Guard<T> {
  const entries = Object.entries<Guard<unknown>>(fields);
  return (value): value is T =>
    typeof value === 'object' && value !== null && entries.every(([name, guard]) => guard(Reflect.get(value, name)));
}

export function optional<T>(guard: Guard<T>): Guard<T | undefined> {
  return (value): value is T | undefined => value === undefined || guard(value);
}
