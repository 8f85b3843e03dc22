/** Paths of issues that mean the whole of what was given. */
const wholes = new Set(['request', 'requests', 'outcome', 'outcomes', 'options']);

/**
 * An issue's path such as `features.user_features[3]` as a JSON pointer: `/features/user_features/3`. A name may hold dots and brackets: where the value is
 * given, names are found in it.
 *
 * @param value what the path leads into; undefined where it is not known.
 */
export function pointerOf(path: string, value?: unknown): string {
  if (wholes.has(path)) return '';
  let pointer = '';
  let rest = path;
  let at: unknown = value;
  while (rest !== '') {
    const step = stepOf(rest, at);
    pointer += `/${escapePart(step.name)}`;
    rest = rest.slice(step.length);
    at = childOf(at, step.name);
  }
  return pointer;
}

/** The next name of a path, and how many characters of it it takes. */
function stepOf(path: string, at: unknown): { name: string; length: number } {
  const known = knownName(path, at);
  if (known !== null) return { name: known, length: known.length + lengthOfDot(path.slice(known.length)) };
  const index = /^\[(\d+)\]\.?/.exec(path);
  if (index !== null) return { name: index[1] ?? '', length: index[0].length };
  // The first character belongs to the name whatever it is, so that each step gets further.
  const name = /^.[^.[]*/su.exec(path)?.[0] ?? path;
  return { name, length: name.length + lengthOfDot(path.slice(name.length)) };
}

/** The longest name of a field that the path begins with. */
function knownName(path: string, at: unknown): string | null {
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return null;
  let longest: string | null = null;
  for (const name of Object.keys(at)) {
    if (name === '' || !path.startsWith(name) || (longest !== null && name.length <= longest.length)) continue;
    const after = path[name.length];
    if (after === undefined || after === '.' || after === '[') longest = name;
  }
  return longest;
}

function lengthOfDot(rest: string): number {
  return rest.startsWith('.') ? 1 : 0;
}

function childOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}

/** Of one part of a pointer, by RFC 6901. */
function escapePart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
