/** How the text begins where its editor marked its encoding: the byte order mark U+FEFF in that encoding. */
const marks = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * Decodes a text file of the user's. A byte order mark at its start, as some editors and PowerShell write it, says its encoding; else it is
 * UTF-8. The mark is left out.
 *
 * @param isStart whether the bytes are the start of a longer file, and may end within a character.
 * @throws {SyntaxError} where the bytes are not of that encoding: names would else be changed without a word.
 */
export function decodeText(file: Uint8Array, isStart = false): string {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => file[index] === byte));
  try {
    return new TextDecoder(mark?.encoding ?? 'utf-8', { fatal: true }).decode(file, { stream: isStart });
  } catch {
    const encoding = mark === undefined ? 'UTF-8' : 'UTF-16';
    throw new SyntaxError(`expected ${encoding} text, found bytes that are not ${encoding} (save the file as UTF-8)`);
  }
}
