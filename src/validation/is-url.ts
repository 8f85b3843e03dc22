/** Checks the shape, because the class may be that of another realm, as in a test runner that loads this package. */
export function isUrl(value: unknown): value is URL {
  try {
    if (typeof value !== 'object' || value === null) return false;
    return 'href' in value && typeof value.href === 'string';
  } catch {
    return false;
  }
}
