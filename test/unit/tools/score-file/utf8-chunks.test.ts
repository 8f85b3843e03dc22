import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Chunks } from '../../../../src/tools/score-file/utf8-chunks.js';

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function joined(bytes: Buffer, length: number): Promise<string> {
  const texts: string[] = [];
  for await (const chunk of utf8Chunks('rows.csv', inPieces(bytes, length))) {
    texts.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(chunk));
  }
  return texts.join('');
}

describe('utf8Chunks', () => {
  it('passes text on unchanged, each chunk valid by itself, however the bytes are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\n', '\ufeff') });
    await fc.assert(
      fc.asyncProperty(text, fc.integer({ min: 1, max: 9 }), async (all, length) => {
        expect(await joined(Buffer.from(all), length)).toBe(all);
      }),
    );
  });

  it.each([
    ['a Latin-1 letter in line 3', Buffer.from('a\nb\nM\xfcller,1\nd\n', 'latin1'), 3],
    ['line ends of two characters', Buffer.from('a\r\nb\r\n\xfc\r\n', 'latin1'), 3],
    ['line ends of old Macs', Buffer.from('a\rb\r\xfc\r', 'latin1'), 3],
    ['a character that is cut off at the end', Buffer.from('a\nb€').subarray(0, -1), 2],
    [
      'a character that a line end cuts off',
      Buffer.concat([Buffer.from('a\nb€').subarray(0, -1), Buffer.from('\nc')]),
      2,
    ],
    ['half of a surrogate pair', Buffer.from([0x61, 0x0a, 0xed, 0xa0, 0x80]), 2],
    ['UTF-16', Buffer.from('\ufeffa,b\n', 'utf16le'), 1],
  ])('names the line of %s', async (_, bytes, line) => {
    for (let length = 1; length <= bytes.length; length += 1) {
      await expect(joined(bytes, length)).rejects.toThrow(`rows.csv, line ${line}: expected UTF-8 text`);
    }
  });
});
