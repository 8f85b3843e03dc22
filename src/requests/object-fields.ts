const probe = {};

/** Whether an object has no fields but its own: nearly all have not. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A library may have given all objects a field.
  for (const _ in probe) return false;
  return true;
}

/**
 * Whether an object has a field by its class alone, such as a getter, or by another prototype. What all objects have is none. Such a field is
 * not read: a feature must be the object's own.
 */
export function isInherited(object: object, name: string): boolean {
  return name in object && !Object.hasOwn(object, name) && !(name in Object.prototype);
}

/** What came in place of a field that is inherited. */
export const inheritedReceived =
  'nothing of its own: getters and fields of its class or prototype are not read (copy the value into the object itself)';

/** Whether a loop over an object's fields shows this one. */
export function isVisible(object: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(object, name);
}
