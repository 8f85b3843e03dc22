const probe = {};

/** Whether an object has no fields but its own: nearly all have not. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A library may have given all objects a field.
  for (const _ in probe) return false;
  return true;
}

/** Whether an object has a known name in a way that reading its fields does not show, such as a getter of its class: it must not count as missing. */
export function hasHiddenFields(object: object, names: readonly string[]): boolean {
  return names.some((name) => {
    if (Object.prototype.propertyIsEnumerable.call(object, name)) return false;
    return name in object && !(name in Object.prototype);
  });
}
