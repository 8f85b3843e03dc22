import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./torchscript.py', import.meta.url));

/** The notebook's TorchScript in a Python process, with no server around it. */
export class TorchScript {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  /** @returns null where there is no Python with torch. @throws {Error} where it can't run the network. */
  static async start(batchSize: number): Promise<TorchScript | null> {
    const python = ['/usr/bin/python3', 'python3'].find(hasTorch);
    if (python === undefined) return null;
    const child = spawn(python, ['-B', script, String(batchSize)], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const torchScript = new TorchScript(child, lines);
    await torchScript.#line();
    return torchScript;
  }

  /** @returns rows a second. */
  async run(durationMs: number): Promise<number> {
    const answer = this.#line();
    this.#child.stdin?.write(`${durationMs}\n`);
    return Number(await answer);
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.stdin?.end();
    await exited;
  }

  async #line(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done !== true) return line.value;
    throw new Error(`${script}: expected an answer, received the end of its output`);
  }
}

function hasTorch(python: string): boolean {
  return spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0;
}
