/** The fields of an object of the host's, as they were when they were read. */
export type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the fields of an object, each getter once: its own enumerable ones, and those of its class, which are the getters along its
 * prototypes. Methods are there for those who ask by name, as `fallback` may be one, and are not listed among the keys.
 *
 * @throws whatever a getter or a proxy of the host's throws.
 */
export function readFields(value: object): Fields {
  const fields: Fields = { ...value };
  // Not the own prototype alone, as a class may extend another. A plain object has nothing to add.
  for (let holder = prototypeOf(value); holder !== null; holder = prototypeOf(holder)) {
    for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(holder))) {
      if (name === 'constructor' || Object.hasOwn(fields, name)) continue;
      const isField = descriptor.enumerable === true || descriptor.get !== undefined || descriptor.set !== undefined;
      Object.defineProperty(fields, name, { value: Reflect.get(value, name), enumerable: isField });
    }
  }
  return fields;
}

/** null where it is that of plain objects, of this realm or another, which holds no fields. */
function prototypeOf(value: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || prototype === Object.prototype) return null;
  const isRoot = Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf');
  return isRoot ? null : prototype;
}
