import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProgramStarter } from '../../../src/host/program-starter.js';
import { FakeClock } from '../../support/fake-clock.js';
import { isRunning, until } from '../../support/processes.js';

const timeoutMs = 5_000;

describe.skipIf(process.platform === 'win32')('ProgramStarter', () => {
  let folder: string;
  let clock: FakeClock;
  let starter: ProgramStarter | null;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'program-starter-'));
    clock = new FakeClock();
    starter = null;
  });
  afterEach(async () => {
    await starter?.close();
    rmSync(folder, { recursive: true });
  });

  function starterOf(file: string, args: readonly string[], shell?: string): ProgramStarter {
    starter = new ProgramStarter({ clock, file, args, timeoutMs }, shell);
    return starter;
  }

  /** One that runs a line of shell. */
  const starterOfLine = (line: string, ...args: string[]) => starterOf('/bin/sh', ['-c', line, 'sh', ...args]);

  function pidOf(of: ProgramStarter): number {
    if (of.pid === null) throw new Error('there is no process');
    return of.pid;
  }

  it('starts a program many times from one process', async () => {
    const one = starterOfLine('echo $PPID');
    expect(await one.open()).toBe(true);
    const pid = pidOf(one);
    const ends = await Promise.all(Array.from({ length: 20 }, () => one.run()));
    expect(ends).toEqual(ends.map(() => ({ status: 0, output: `${pid}\n` })));
    expect(clock.timers).toBe(0);
  });

  it('gives what the program writes as it is, with its status', async () => {
    for (const [line, end] of [
      ['printf "a\\n\\nend 1 0\\nb"; exit 9', { status: 9, output: 'a\n\nend 1 0\nb' }],
      ['exit 0', { status: 0, output: '' }],
      ['echo lost >&2; cat', { status: 0, output: '' }],
      ['echo "é €"', { status: 0, output: 'é €\n' }],
    ] as const) {
      const one = starterOfLine(line);
      expect(await one.run()).toEqual(end);
      await one.close();
    }
    expect(await starterOf('/no/such/program', []).run()).toEqual({ status: 127, output: '' });
  });

  it('hands arguments over without a look at them', async () => {
    const odd = ['$(touch made) `touch made`', '"; touch made; "', "'", '*', ''];
    const end = await starterOf('/usr/bin/printf', ['[%s]', ...odd]).run();
    expect(end).toEqual({ status: 0, output: odd.map((text) => `[${text}]`).join('') });
  });

  it('has no process any more when it has been closed, and starts none', async () => {
    const one = starterOfLine('echo');
    await one.open();
    const pid = pidOf(one);
    await one.close();
    expect(isRunning(pid)).toBe(false);
    expect(await one.run()).toBeNull();
    expect(one.pid).toBeNull();
  });

  it('ends a program that runs when it is closed', async () => {
    const file = join(folder, 'pid');
    const one = starterOfLine('echo $$ > "$1"; exec sleep 600', file);
    const end = one.run();
    await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'), 'the program to run');
    await one.close();
    expect(await end).toBeNull();
    await until(() => !isRunning(Number(readFileSync(file, 'utf8'))), 'the program to end');
    expect(clock.timers).toBe(0);
  });

  it('starts its process again when it has died', async () => {
    const one = starterOfLine('echo $PPID');
    await one.open();
    const first = pidOf(one);
    // Once before it is heard of, once after.
    process.kill(first, 'SIGKILL');
    const second = Number((await one.run())?.output);
    expect(second).not.toBe(first);
    process.kill(second, 'SIGKILL');
    await until(() => one.pid === null, 'its end to be heard of');
    const third = Number((await one.run())?.output);
    expect([first, second]).not.toContain(third);
    expect(isRunning(third)).toBe(true);
  });

  it('kills a program that takes too long, and runs the next one', async () => {
    const file = join(folder, 'pid');
    const one = starterOfLine('test -e "$1" && exec echo ran; echo $$ > "$1"; exec sleep 600', file);
    const [slow, next] = [one.run(), one.run()];
    await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'), 'the program to run');
    clock.advance(timeoutMs - 1);
    expect(isRunning(Number(readFileSync(file, 'utf8')))).toBe(true);
    clock.advance(1);
    expect(await slow).toBeNull();
    expect(await next).toEqual({ status: 0, output: 'ran\n' });
    await until(() => !isRunning(Number(readFileSync(file, 'utf8'))), 'the program to end');
  });

  it('gives nothing of a program that writes too much', async () => {
    const one = starterOfLine('head -c 2000000 /dev/zero | tr "\\0" x');
    expect(await one.run()).toBeNull();
    expect(clock.timers).toBe(0);
  });

  it('says so where there is no shell', async () => {
    const one = starterOf('/bin/echo', [], '/no/such/shell');
    expect(await one.open()).toBe(false);
    expect(await one.run()).toBeNull();
    await one.close();
  });
});
