/** A value as a host in JavaScript may pass it, whatever the types say. */
export function untyped<T>(value: unknown): T {
  return value as T;
}
