const largest = '9223372036854775807';

/** Texts of 19 digits up to the largest int64, by how far they begin as it does. */
const upToLargest = [...largest].flatMap((digit, place) => {
  if (digit === '0') return [];
  const lower = place === 0 ? `[1-${Number(digit) - 1}]` : `[0-${Number(digit) - 1}]`;
  return [`${largest.slice(0, place)}${lower}[0-9]{${largest.length - place - 1}}`];
});

/** What a text that means an int64 is like: a regular expression for JSON Schema too. */
export const int64Pattern = `^(-?([0-9]{1,18}|${upToLargest.join('|')}|${largest})|-9223372036854775808)$`;

const int64Text = new RegExp(int64Pattern);

/** Whether a text is an integer that an int64 holds. */
export function isInt64Text(text: string): boolean {
  return int64Text.test(text);
}
