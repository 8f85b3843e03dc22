const probe = {};

/** Whether an object has only own fields. Nearly all objects do. */
export function isPlainObject(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return false;
  // A library may have added a field to all objects.
  for (const _ in probe) return false;
  return true;
}

/**
 * Whether an object has a field only through its class (such as a getter) or another prototype. Fields that all objects have do not count.
 * Such a field is not read: a feature must be an own field.
 */
export function isInherited(object: object, name: string): boolean {
  return name in object && !Object.hasOwn(object, name) && !(name in Object.prototype);
}

/** What was received if a field is inherited. */
export const inheritedReceived =
  'nothing of its own: getters and fields of its class or prototype are not read (copy the value into the object itself)';

/** Whether a loop over an object's fields shows this one. */
export function isVisible(object: object, name: string): boolean {
  return Object.prototype.propertyIsEnumerable.call(object, name);
}
