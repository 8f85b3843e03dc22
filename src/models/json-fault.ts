/** Where a text is not valid JSON, and why. It never quotes the text, which may hold data. */
export interface JsonFault {
  line: number;
  column: number;
  cause: string;
}

/** What may come next: a value, a name in an object, a colon, or a comma or the end. */
type Expected = 'value' | 'first value' | 'name' | 'first name' | 'colon' | 'end';

const space = /[ \t\r\n]*/y;
const scalar =
  /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|(?:true|false|null)(?!\w)/uy;

/** Words that people and programs write in JSON although JSON does not have them. */
const foreignWord = /(?:NaN|-?Infinity|True|False|None|undefined)(?!\w)/y;

/**
 * Finds the first place where a text is not valid JSON.
 *
 * @param text a text that the parser refused.
 */
export function findJsonFault(text: string): JsonFault {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at = after(space, text, at);
    const character = text[at];
    const isOpening = character === '{' || character === '[';
    const isClosing = character === '}' || character === ']';
    const isValue: boolean = expected === 'value' || expected === 'first value';
    if (isOpening && isValue) {
      open.push(character);
      expected = character === '{' ? 'first name' : 'first value';
      at += 1;
    } else if (isClosing && mayClose(expected, open.at(-1), character)) {
      open.pop();
      expected = 'end';
      at += 1;
    } else if (character === ':' && expected === 'colon') {
      expected = 'value';
      at += 1;
    } else if (character === ',' && expected === 'end' && open.length > 0) {
      expected = open.at(-1) === '{' ? 'name' : 'value';
      at += 1;
    } else {
      const end: number = after(scalar, text, at);
      const isName: boolean = expectsName(expected) && character === '"';
      if (end === at || !(isName || isValue)) return { ...placeOf(text, at), cause: causeOf(text, at, expected, open) };
      expected = isName ? 'colon' : 'end';
      at = end;
    }
  }
}

function expectsName(expected: Expected): boolean {
  return expected === 'name' || expected === 'first name';
}

function mayClose(expected: Expected, open: '{' | '[' | undefined, closing: '}' | ']'): boolean {
  if (expected === 'end') return open === (closing === '}' ? '{' : '[');
  return expected === (closing === '}' ? 'first name' : 'first value');
}

function causeOf(text: string, at: number, expected: Expected, open: readonly string[]): string {
  const character = text[at];
  if (character === undefined) {
    if (text.trim() === '') return 'the file is empty';
    return `the file ends before ${open.length > 0 ? `the ${open.at(-1)} is closed` : 'its value'}`;
  }
  if (character === '}' || character === ']') {
    if (expected === 'name' || expected === 'value')
      return `a comma or a colon before ${character}, with nothing between them`;
    return `a ${character} that closes nothing`;
  }
  if (character === '/' || character === '#') return 'a comment, which JSON does not have';
  if (character === "'") return 'a single quote, where JSON has double quotes';
  if (after(foreignWord, text, at) > at) return 'a word that JSON does not have, such as NaN, Infinity, True or None';
  if (expected === 'colon') return 'no colon between a name and its value';
  if (expected === 'end') return open.length === 0 ? 'more behind the end of the value' : 'no comma between two values';
  if (character === '"')
    return 'a text with a line end, a control character or an unknown escape, or without its closing quote';
  if (expectsName(expected)) return 'a name without double quotes';
  if (/[-+.\d]/.test(character)) return 'a number that JSON does not have, such as .5, +1 or 01';
  return 'a character that can begin no value';
}

/** The end of a sticky expression's match; the position itself if it does not match. */
function after(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.test(text) ? expression.lastIndex : at;
}

function placeOf(text: string, at: number): { line: number; column: number } {
  const lines = text.slice(0, at).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
