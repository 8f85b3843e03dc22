import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { OutputFile } from '../../src/tools/score-file/output-file.js';

const directory = mkdtempSync(join(tmpdir(), 'output-file-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('OutputFile', () => {
  it('writes to a named pipe as it is, and leaves it there', async () => {
    const path = join(directory, 'pipe');
    execFileSync('mkfifo', [path]);
    const read = readFile(path, 'utf8');
    const file = new OutputFile(path, false);
    await file.write('some lines\n');
    await file.commit();
    expect(await read).toBe('some lines\n');
    expect(statSync(path).isFIFO()).toBe(true);
  });

  it('replaces a file once all is written', async () => {
    const path = join(directory, 'file');
    writeFileSync(path, 'before');
    const file = new OutputFile(path, false);
    await file.write('after');
    expect(readFileSync(path, 'utf8')).toBe('before');
    await file.commit();
    expect(readFileSync(path, 'utf8')).toBe('after');
  });
});
