import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findJsonFault } from '../../../src/models/json-fault.js';
import { parseJsonFile } from '../../../src/models/json-text.js';

function faultOf(text: string): string {
  const { line, column, cause } = findJsonFault(text);
  return `${line}:${column} ${cause}`;
}

describe('findJsonFault', () => {
  it.each([
    ['', '1:1 the file is empty'],
    [' \n', '2:1 the file is empty'],
    ['{"a": 1,\n}', '2:1 a comma or a colon before }, with nothing between them'],
    ['[1,]', '1:4 a comma or a colon before ], with nothing between them'],
    ['{\n  "a": 1\n  "b": 2\n}', '3:3 no comma between two values'],
    ['{"a" 1}', '1:6 no colon between a name and its value'],
    ['{"a": 1', '1:8 the file ends before the { is closed'],
    ['{"a": [1', '1:9 the file ends before the [ is closed'],
    ['{a: 1}', '1:2 a name without double quotes'],
    ["{'a': 1}", '1:2 a single quote, where JSON has double quotes'],
    ['{\n  // weights\n  "a": 1}', '2:3 a comment, which JSON does not have'],
    ['{"mean": [NaN]}', '1:11 a word that JSON does not have, such as NaN, Infinity, True or None'],
    ['[True]', '1:2 a word that JSON does not have, such as NaN, Infinity, True or None'],
    ['[01]', '1:2 a number that JSON does not have, such as .5, +1 or 01'],
    ['[.5]', '1:2 a number that JSON does not have, such as .5, +1 or 01'],
    ['["a\nb"]', '1:2 a text with a line end, a control character or an unknown escape, or without its closing quote'],
    ['{} {}', '1:4 more behind the end of the value'],
    ['[1}', '1:3 a } that closes nothing'],
    ['[1, hello]', '1:5 a character that can begin no value'],
  ])('says where and why %j is no JSON', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('finds a fault in every text that the parser refuses, and never past its end', () => {
    const character = fc.constantFrom(...'{}[]:,"\\ \n-.0123eE', 'a', 'null', 'true', '"a"', '1.5');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        fc.pre(!isJson);
        const { line, column } = findJsonFault(text);
        expect((text.split('\n')[line - 1] ?? '').length + 1).toBeGreaterThanOrEqual(column);
      }),
      { numRuns: 5_000 },
    );
  });

  it('stops at the end of what it cuts off, wherever that is', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (json, place) => {
        const cut = json.slice(0, place % json.length);
        try {
          JSON.parse(cut);
        } catch {
          expect(faultOf(cut)).toMatch(/^\d+:\d+ \w/);
        }
      }),
    );
  });

  it('gives the parser of files an error that quotes nothing of the file', () => {
    const file = new TextEncoder().encode('{"card": "4111"\n"amount": 5}');
    expect(() => parseJsonFile(file)).toThrowError(
      /^expected JSON, found a fault at line 2, column 1: no comma between two values$/,
    );
  });
});

describe('parseJsonFile, of a file in another encoding than it says', () => {
  it.each([
    ['Latin-1', Buffer.from('{"name":"Karten für Ärzte"}', 'latin1')],
    ['UTF-8 that is cut off in a character', Buffer.from('{"name":"é"}').subarray(0, 10)],
    ['UTF-8 with a byte order mark', Buffer.concat([Buffer.from('\ufeff'), Buffer.from('"ä"', 'latin1')])],
  ])('refuses it, and quotes nothing: %s', (_, file) => {
    expect(() => parseJsonFile(file)).toThrowError(
      new SyntaxError('expected UTF-8 text, found bytes that are not UTF-8 (save the file as UTF-8)'),
    );
  });

  it('refuses UTF-16 that is cut off', () => {
    expect(() => parseJsonFile(Buffer.from('\ufeff"ä"', 'utf16le').subarray(0, 7))).toThrowError(
      new SyntaxError('expected UTF-16 text, found bytes that are not UTF-16 (save the file as UTF-8)'),
    );
  });

  it('takes the character U+FFFD where the file has it', () => {
    expect(parseJsonFile(Buffer.from('"\ufffd"'))).toBe('\ufffd');
  });
});
