const numbers = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON with each integer of 16 digits or more as a text that begins with `prefix`. Texts are left as they are. Takes time with the length of the text
 * alone, whatever it is: one pattern for texts and numbers would begin anew at each quote where the last text does not end.
 */
export function markIntegers(json: string, prefix: string): string {
  let marked = '';
  let at = 0;
  while (at < json.length) {
    const quote = json.indexOf('"', at);
    const end = quote < 0 ? json.length : quote;
    marked += json.slice(at, end).replace(numbers, (one) => (/^-?\d{16,}$/.test(one) ? `"${prefix}${one}"` : one));
    at = quote < 0 ? end : endOfText(json, quote);
    marked += json.slice(end, at);
  }
  return marked;
}

/** Where a text ends, after its quote. */
function endOfText(json: string, start: number): number {
  let close = json.indexOf('"', start + 1);
  while (close >= 0 && isEscaped(json, close)) close = json.indexOf('"', close + 1);
  return close < 0 ? json.length : close + 1;
}

/** Whether an odd number of backslashes is before it. */
function isEscaped(json: string, place: number): boolean {
  let first = place;
  while (json[first - 1] === '\\') first -= 1;
  return (place - first) % 2 === 1;
}
