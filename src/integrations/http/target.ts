/** Where a request goes, below the prefix. */
export interface Target {
  /** Empty where it is not below the prefix. */
  path: string;
  /** Without the question mark. */
  query: string;
}

/** Splits an address as a request line has it. @param prefix without a slash at its end. */
export function locate(url: string, prefix: string): Target {
  const mark = url.indexOf('?');
  const whole = mark < 0 ? url : url.slice(0, mark);
  const query = mark < 0 ? '' : url.slice(mark + 1);
  // A client may send an absolute address.
  const path = whole.startsWith('/') ? whole : whole.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '') || '/';
  if (prefix === '') return { path, query };
  const isBelow = path.startsWith(prefix) && path[prefix.length] === '/';
  return { path: isBelow ? path.slice(prefix.length) : '', query };
}
