/** The byte order mark U+FEFF in each encoding, with which some editors mark a text. */
const marks = [
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/**
 * Decodes the user's text file. A byte order mark at its start, which some editors and PowerShell write, gives its encoding. Else it is
 * UTF-8. The mark is removed.
 *
 * @param isStart whether the bytes are the start of a longer file and may end within a character.
 * @throws {SyntaxError} if the bytes are not valid in that encoding. Otherwise names would change silently.
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
