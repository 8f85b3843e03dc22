/** Every field of a value by its path, with its type; items of lists are taken together, and what may be null is a `?`. */
function shapeOf(value: unknown, path = '', shape = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const kinds = shape.get(path) ?? new Set<string>();
  shape.set(path, kinds.add(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value));
  if (Array.isArray(value)) for (const item of value) shapeOf(item, `${path}[]`, shape);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) shapeOf(field, `${path}.${name}`, shape);
  }
  return shape;
}

/** @returns what one has and the other has not. Lists may be empty in one, and a value null. */
export function differences(one: unknown, other: unknown): string[] {
  const [ours, theirs] = [shapeOf(one), shapeOf(other)];
  const found: string[] = [];
  for (const path of new Set([...ours.keys(), ...theirs.keys()])) {
    const [left, right] = [ours.get(path), theirs.get(path)];
    if (left === undefined || right === undefined) {
      if (!isInside(path, left === undefined ? ours : theirs)) found.push(`${path} is in one alone`);
    } else if (![...left].some((kind) => right.has(kind)) && !left.has('null') && !right.has('null')) {
      found.push(`${path}: ${[...left]} and ${[...right]}`);
    }
  }
  return found;
}

/** Whether the path is inside a list that is empty there, or of a value that is null there. */
function isInside(path: string, shape: Map<string, Set<string>>): boolean {
  for (let end = path.length; end > 0; end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1))) {
    const parent = shape.get(path.slice(0, end));
    if (parent !== undefined) return path[end] === '[' || parent.has('null');
  }
  return false;
}
