const jsonType = /^application\/(json|[\w.!#$&^-][\w.!#$&^+-]*\+json)$/;

const ndjsonType = /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines)$/;

const utf8 = /^charset\s*=\s*"?utf-?8"?$/;

/** Whether a `Content-Type` says JSON in UTF-8. */
export function isJsonType(type: string): boolean {
  return isType(type, jsonType);
}

/** Whether a `Content-Type` says lines of JSON in UTF-8. */
export function isNdjsonType(type: string): boolean {
  return isType(type, ndjsonType);
}

/** Piece by piece: one pattern for all of it takes time with the square of the length, and whoever sends the header chooses that. */
function isType(type: string, expected: RegExp): boolean {
  const [name = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  return expected.test(name) && parameters.every((one) => !one.startsWith('charset') || utf8.test(one));
}
