import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.js';
import { KeyedHash } from '../../../src/records/format/id-hash.js';
import { decisionsEntry, endEntry, filePieces, outcomeEntry } from '../../support/record-entries.js';

const root = mkdtempSync(join(tmpdir(), 'records-cli-'));
afterAll(() => rmSync(root, { recursive: true }));

const key = 'a key of sixteen bytes';
const day = Date.parse('2026-11-26T00:00:00Z');
const pieces = filePieces([
  decisionsEntry({ sequence: 0, at: day - 1, rows: [{ id: new KeyedHash(Buffer.from(key)).of('first') }] }),
  decisionsEntry({
    sequence: 1,
    at: day,
    rows: [
      { id: 'second', decision: 2 },
      { id: 'third', decision: 1 },
    ],
  }),
  outcomeEntry(3, { id: 'second', isFraud: true, matched: true }),
  endEntry(6, 2),
]).pieces;
const path = join(root, '20261126T000000Z-0123456789abcdef-000000.fsr');
writeFileSync(path, Buffer.concat(pieces));
const keyFile = join(root, 'key');
writeFileSync(keyFile, `${key}\n`);

async function run(...args: string[]): Promise<{ code: number; sequences: number[]; error: string }> {
  const texts = { out: '', error: '' };
  const code = await runCli(['records', ...args], {
    write: (text) => {
      texts.out += text;
    },
    error: (text) => {
      texts.error += text;
    },
  });
  return { code, sequences: sequencesOf(texts.out), error: texts.error };
}

function sequencesOf(text: string): number[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { sequence: number }).sequence);
}

describe('fraud-scorer records', () => {
  it('writes the records of a directory as lines of JSON, and says what is known to be lost', async () => {
    const { code, sequences, error } = await run(root);
    expect(sequences).toEqual([0, 1, 2, 3, 6]);
    expect(code).toBe(0);
    expect(error).toContain('5 records, 1 file, 2 known to be lost, 0 damaged places');
  });

  it.each([
    { args: ['--id', 'second'], expected: [1, 3] },
    { args: ['--id', 'first', '--key-file', keyFile], expected: [0] },
    { args: ['--id', 'first'], expected: [] },
    { args: ['--decision', 'BLOCK,REVIEW'], expected: [1, 2] },
    { args: ['--kind', 'outcome,end'], expected: [3, 6] },
    { args: ['--from', '2026-11-26', '--kind', 'decision'], expected: [1, 2] },
    { args: ['--to', '2026-11-26T00:00:00Z', '--kind', 'decision'], expected: [0] },
  ])('gives the records that $args wants', async ({ args, expected }) => {
    expect(await run(path, ...args)).toMatchObject({ code: 0, sequences: expected });
  });

  it('writes to a file, compressed where its name says so', async () => {
    const file = join(root, 'out.ndjson.gz');
    expect(await run(path, '--output', file)).toMatchObject({ code: 0, sequences: [] });
    expect(sequencesOf(gunzipSync(readFileSync(file)).toString())).toEqual([0, 1, 2, 3, 6]);
    rmSync(file);
  });

  it('ends with 0 where the end of a file is cut, and with 1 where it is damaged', async () => {
    const bytes = Buffer.concat(pieces);
    const cut = join(root, 'cut.fsr');
    writeFileSync(cut, bytes.subarray(0, bytes.length - 5));
    expect(await run(cut)).toMatchObject({ code: 0, sequences: [0, 1, 2, 3] });
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 200) ^ 1, bytes.length - 200);
    writeFileSync(cut, bytes);
    const damaged = await run(cut);
    expect(damaged.code).toBe(1);
    expect(damaged.error).toContain('cut.fsr, byte');
  });

  it('counts one as one, and more as more', async () => {
    const file = join(root, 'one.fsr');
    const one = Buffer.concat(filePieces([decisionsEntry({ sequence: 1, rows: [{ id: 'a' }] })]).pieces);
    writeFileSync(file, one.subarray(0, one.length - 1));
    const { error } = await run(file);
    expect(error).toBe(
      '0 records, 1 file, 0 known to be lost, 0 damaged places\n1 file ends inside a record: its process was killed, or still writes\n',
    );
    writeFileSync(file, Buffer.concat([one, Buffer.from('x')]));
    const damaged = await run(file, file);
    expect(damaged.error).toContain('1 record, 1 file, 0 known to be lost, 1 damaged place\n');
    expect(damaged.error).toContain('1 run without an end');
    expect(damaged.error).toContain('damaged, 1 byte left out');
    expect((await run(file, '--kind', 'end')).error).toContain('0 of 1 record, 1 file');
    expect((await run(file, path)).error).toMatch(/[2-9] files/);
    rmSync(file);
  });

  it.each([
    ['none.fsr', 'no such file or directory'],
    ['nowhere', 'no such file or directory'],
    ['empty', 'a directory with no files of records'],
  ])('refuses a path that has no files of records with 2 (%s)', async (name, reason) => {
    const given = join(root, name);
    if (name === 'empty') mkdirSync(given);
    const { code, sequences, error } = await run(path, given);
    expect({ code, sequences }).toEqual({ code: 2, sequences: [] });
    for (const part of ['FILES: expected', given, reason, 'give the directory']) expect(error).toContain(part);
  });

  it.each([
    ['exactly 16 bytes', null],
    ['only 15 bytes x', 'a file of 15 bytes'],
    ['x', 'a file of 1 byte'],
    ['', 'a file of 0 bytes'],
    [' '.repeat(20), 'a file of 20 bytes'],
  ])('refuses a key file that the option mask.key would refuse (%j)', async (text, received) => {
    const file = join(root, 'short-key');
    writeFileSync(file, text);
    const commands = [
      ['records', path, '--id', 'first', '--key-file', file],
      ['explain', path, '--id', 'first', '--key-file', file],
    ];
    for (const command of commands) {
      let error = '';
      const code = await runCli(command, {
        write: () => {},
        error: (some) => {
          error += some;
        },
      });
      if (received === null) expect(error).not.toContain('--key-file');
      else {
        expect(code).toBe(2);
        expect(error).toContain(`--key-file: expected a file with a key of at least 16 bytes, received ${received}`);
      }
    }
  });

  it.each([
    Buffer.from(key),
    Buffer.from(`${key}\r\n`),
    Buffer.from(Buffer.from(key).toString('hex')),
    Buffer.from(`${Buffer.from(key).toString('base64')}\n`),
  ])('takes a key as it is, in hexadecimal or in Base64, as explain does (%#)', async (bytes) => {
    const file = join(root, 'other-key');
    writeFileSync(file, bytes);
    expect(await run(path, '--id', 'first', '--key-file', file)).toMatchObject({ code: 0, sequences: [0] });
  });

  it('says that a key is needed where no record has the id', async () => {
    expect((await run(path, '--id', 'first')).error).toContain('--key-file');
    expect((await run(path, '--id', 'second')).error).not.toContain('--key-file');
  });

  it.each(['in-place.fsr', './in-place.fsr', 'in-place.ndjson'])(
    'does not write over what it reads (%s)',
    async (name) => {
      const file = join(root, name);
      writeFileSync(file, Buffer.concat(pieces));
      const { code, error } = await run(file, '--output', `${root}/./${name}`);
      expect(code).toBe(2);
      expect(error).toContain('--output: expected a file of its own, received a file of records that is read');
      expect(readFileSync(file).equals(Buffer.concat(pieces))).toBe(true);
      rmSync(file);
    },
  );

  it('does not write over a file of records by another path to it', async () => {
    const link = join(root, 'link');
    symlinkSync(root, link);
    const given = join(link, '20261126T000000Z-0123456789abcdef-000000.fsr');
    expect(await run(path, '--output', given)).toMatchObject({ code: 2 });
    expect(readFileSync(path).equals(Buffer.concat(pieces))).toBe(true);
    rmSync(link);
  });

  it('ends with 3 where the output can not be written', async () => {
    const output = join(root, 'none', 'out.ndjson');
    const error = `${output} can't be written: there is no such file or directory\n`;
    expect(await run(path, '--output', output)).toEqual({ code: 3, sequences: [], error });
  });

  it.each([
    [],
    [path, '--from', 'yesterday'],
    [path, '--to', '2026-11-26T10:00'],
    [path, '--decision', 'block'],
    [path, '--kind', 'label'],
    [path, '--key-file', keyFile],
    [path, '--id', ''],
    [path, '--id', 'a', '--key-file', join(root, 'none')],
    [path, '--unknown'],
  ])('ends with 2 where it is used wrongly', async (...args) => {
    expect(await run(...args)).toMatchObject({ code: 2, sequences: [] });
  });
});
