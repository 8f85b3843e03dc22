/** Gets the parts of a JSON text during a scan. */
export interface JsonVisitor {
  /** @param names the path to a field, its own name last. @returns true to end the scan. */
  name?: (names: readonly string[], isRepeated: boolean) => boolean;
  /** @param names the path to the number. @param text the number as it is written. @returns true to end the scan. */
  number?: (names: readonly string[], text: string) => boolean;
}

/** An open object or array. */
interface Open {
  /** The names so far; null in an array. */
  names: Set<string> | null;
}

const numberText = /-?\d[\d.eE+-]*/y;

/**
 * Visits the names and numbers of a JSON text as they are written. `JSON.parse` loses this: of a repeated name it keeps the last value, and
 * it rounds numbers.
 *
 * @param text valid JSON.
 */
export function scanJson(text: string, visitor: JsonVisitor): void {
  const open: Open[] = [];
  const path: string[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    const names = open.at(-1)?.names ?? null;
    if (character === '"') {
      const end = stringEnd(text, at);
      if (isName && names !== null) {
        const name = String(JSON.parse(text.slice(at, end)));
        path.push(name);
        if (visitor.name?.(path, names.has(name))) return;
        names.add(name);
        isName = false;
      }
      at = end - 1;
    } else if (character === '{' || character === '[') {
      isName = character === '{';
      open.push({ names: isName ? new Set() : null });
    } else if (character === ',' || character === '}' || character === ']') {
      // An empty object has no field that would end here.
      if (names !== null && !isName) path.pop();
      if (character === ',') isName = names !== null;
      else {
        open.pop();
        isName = false;
      }
    } else if (character === '-' || (character !== undefined && character >= '0' && character <= '9')) {
      numberText.lastIndex = at;
      const number = numberText.exec(text)?.[0] ?? character;
      if (visitor.number?.(path, number)) return;
      at += number.length - 1;
    }
  }
}

/** The index after the closing quotation mark. @param start the index of the opening one. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
