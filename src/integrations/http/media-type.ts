const jsonType = /^application\/(json|[\w.!#$&^-][\w.!#$&^+-]*\+json)$/;

/** Types of lines of JSON. */
export const ndjsonTypes: readonly string[] = [
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonlines',
];

const utf8 = /^charset\s*=\s*"?utf-?8"?$/;

/** Whether a `Content-Type` says JSON in UTF-8. */
export function isJsonType(type: string): boolean {
  return isType(type, (name) => jsonType.test(name));
}

/** Whether a `Content-Type` says lines of JSON in UTF-8. */
export function isNdjsonType(type: string): boolean {
  return isType(type, (name) => ndjsonTypes.includes(name));
}

/** Reads the header piece by piece. The time of one pattern for all of it would grow with the square of its length, which the client chooses. */
function isType(type: string, isExpected: (name: string) => boolean): boolean {
  const [name = '', ...parameters] = type.split(';').map((part) => part.trim().toLowerCase());
  return isExpected(name) && parameters.every((one) => !one.startsWith('charset') || utf8.test(one));
}
