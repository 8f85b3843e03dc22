const numbers = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON with each integer of 16 digits or more as a text that begins with `mark`. Texts are left as they are.
 *
 * The time grows with the length of the JSON alone. One pattern for texts and numbers would start again at each quote of a text that does not end.
 */
export function markIntegers(json: string, mark: string): string {
  const begin = JSON.stringify(mark).slice(0, -1);
  let marked = '';
  let at = 0;
  while (at < json.length) {
    const quote = json.indexOf('"', at);
    const end = quote < 0 ? json.length : quote;
    marked += json.slice(at, end).replace(numbers, (one) => (/^-?\d{16,}$/.test(one) ? `${begin}${one}"` : one));
    at = quote < 0 ? end : endOfText(json, quote);
    marked += json.slice(end, at);
  }
  return marked;
}

/** The place after the quote that ends a text. @param start the place of its first quote. */
function endOfText(json: string, start: number): number {
  let close = json.indexOf('"', start + 1);
  while (close >= 0 && isEscaped(json, close)) close = json.indexOf('"', close + 1);
  return close < 0 ? json.length : close + 1;
}

/** Whether an odd number of backslashes stands before this place. */
function isEscaped(json: string, place: number): boolean {
  let first = place;
  while (json[first - 1] === '\\') first -= 1;
  return (place - first) % 2 === 1;
}
