import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { outsideOfRequests } from './async-context.js';
import type { Clock, Timer } from './clock.js';

/** How a program ended. */
export interface ProgramEnd {
  /** Its exit status; 126 and 127 where it could not be run, over 128 where a signal ended it. */
  status: number;
  /** What it wrote to its standard output. */
  output: string;
}

export interface ProgramStarterOptions {
  clock: Clock;
  /** The program, absolute. */
  file: string;
  args: readonly string[];
  /** How long the program may run, in milliseconds. It is killed then. */
  timeoutMs: number;
}

/** The shell. Tests name another. */
const defaultShell = '/bin/sh';

/** Runs what its arguments name once for each line that it reads, and says how it ended. Ends when there is nothing more to read. */
const script = `while read -r question; do
  "$@" </dev/null
  printf '\\nend %s %s\\n' "$question" "$?"
done`;

/** The last line of an answer: the number of the question, and the program's exit status. */
const answerEnd = /\nend (\d+) (\d+)\n$/;

/** As much as Node.js keeps of a program's output by default. */
const maxOutput = 2 ** 20;

/** If the process dies as it is asked, it is started again once. */
const mostTries = 2;

/**
 * Starts one program again and again through a small process (a shell of about 1 MB) that is kept for it.
 *
 * Node.js starts a program by a fork of its whole process. All threads wait while the page tables are copied: 8 to 21 ms where the process has
 * mapped a GPU. A fork of the small process costs the host nothing. Start it early, while the host is small.
 *
 * The process ends when `close` is called, and by itself when the host has ended in whatever way, as its standard input is closed then. It does
 * not keep the host alive. For POSIX only: Windows does not fork.
 */
export class ProgramStarter {
  readonly #options: ProgramStarterOptions;
  readonly #shell: string;
  #process: ChildProcess | null = null;
  #exited: Promise<void> = Promise.resolve();
  /** Told when the process can't answer any more. */
  #onGone: () => void = () => {};
  #questions = 0;
  #isClosed = false;
  /** Ends when the last question has been answered. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ProgramStarterOptions, shell = defaultShell) {
    this.#options = options;
    this.#shell = shell;
  }

  /** The id of the process; null where there is none. */
  get pid(): number | null {
    return this.#process?.pid ?? null;
  }

  /** Starts the process. @returns whether it could be started. */
  async open(): Promise<boolean> {
    const process = this.#start();
    if (process === null) return false;
    return new Promise((resolve) => {
      process.once('spawn', () => resolve(true));
      process.once('error', () => resolve(false));
    });
  }

  /** Runs the program, after those that were asked for before. @returns null where it did not end in time, or could not be started. */
  run(): Promise<ProgramEnd | null> {
    const answer = this.#last.then(() => this.#runNow());
    this.#last = answer;
    return answer;
  }

  /** Ends the process, and the program if it runs. Resolves when the process has gone. What is asked for now gets null. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#kill();
    await this.#exited;
  }

  async #runNow(): Promise<ProgramEnd | null> {
    for (let tries = 0; tries < mostTries && !this.#isClosed; tries += 1) {
      const process = this.#process ?? this.#start();
      if (process === null) return null;
      const answer = await this.#ask(process);
      if (answer !== 'gone') return answer;
    }
    return null;
  }

  /** @returns null where the program took too long or wrote too much; `gone` where the process died. */
  #ask({ stdin, stdout }: ChildProcess): Promise<ProgramEnd | null | 'gone'> {
    this.#questions += 1;
    const question = `${this.#questions}`;
    let output = '';
    return new Promise((resolve) => {
      let timer: Timer | null = null;
      const settle = (answer: ProgramEnd | null | 'gone'): void => {
        timer?.clear();
        stdout?.off('data', onData);
        this.#onGone = () => {};
        // It may be in the middle of an answer.
        if (answer === null) this.#kill();
        resolve(answer);
      };
      const onData = (chunk: string): void => {
        output += chunk;
        const end = answerEnd.exec(output);
        if (end?.[1] === question) settle({ status: Number(end[2]), output: output.slice(0, end.index) });
        else if (output.length > maxOutput) settle(null);
      };
      this.#onGone = () => settle('gone');
      stdout?.on('data', onData);
      timer = this.#options.clock.after(this.#options.timeoutMs, () => settle(null));
      stdin?.write(`${question}\n`);
    });
  }

  /** @returns null where it can't be started: there is no memory, no shell, or Node.js may start no programs. */
  #start(): ChildProcess | null {
    const { file, args } = this.#options;
    try {
      // Nothing is put into the script: the shell gets the program as its arguments.
      const child = outsideOfRequests(() =>
        spawn(this.#shell, ['-c', script, 'fraud-scorer', file, ...args], {
          // The directory of the host may be removed meanwhile.
          cwd: '/',
          stdio: ['pipe', 'pipe', 'ignore'],
          // A process group of its own: it can be killed together with a program that hangs, and Ctrl+C does not reach it.
          detached: true,
        }),
      );
      this.#process = child;
      this.#exited = new Promise((resolve) => {
        const gone = (): void => {
          resolve();
          if (this.#process !== child) return;
          this.#process = null;
          this.#onGone();
        };
        child.once('exit', gone);
        child.once('error', gone);
      });
      // A process that has died is heard of by its exit.
      child.stdin.on('error', () => {});
      child.stdout.on('error', () => {});
      child.stdout.setEncoding('utf8');
      child.unref();
      for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
      return child;
    } catch {
      return null;
    }
  }

  #kill(): void {
    const child = this.#process;
    if (child?.pid === undefined) return;
    this.#process = null;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
    this.#onGone();
  }
}
