/** The fields of the host's object, at the time of reading. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the fields of an object: its own enumerable properties, and the getters and enumerable properties of its prototypes. Each getter is
 * called once. Methods are not enumerable, but are included, because a method may be the option `fallback`.
 *
 * @throws what a getter or proxy of the host throws.
 */
export function readFields(value: object): Fields {
  const fields: Fields = { ...value };
  // Goes up the whole chain, because a class may extend another. A plain object has no such prototype.
  for (let holder = prototypeOf(value); holder !== null; holder = prototypeOf(holder)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (name === 'constructor' || Object.hasOwn(fields, name)) continue;
      const isField = descriptor.enumerable === true || descriptor.get !== undefined || descriptor.set !== undefined;
      Object.defineProperty(fields, name, { value: Reflect.get(value, name), enumerable: isField });
    }
  }
  return fields;
}

/** The prototype; null at the end of the chain, and for `Object.prototype` of any realm. */
function prototypeOf(value: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return null;
  const isRoot = Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
  return isRoot ? null : prototype;
}
