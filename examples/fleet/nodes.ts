import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('node.ts', import.meta.url));

/** The nodes, each a process as on a machine of its own. */
export class Nodes {
  readonly #env: NodeJS.ProcessEnv;
  readonly #processes = new Map<string, ChildProcess>();

  /** @param env of each process. */
  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** Starts one, and waits until it takes requests. @throws {Error} if it ends before. */
  async start(id: string): Promise<void> {
    const child = spawn(process.execPath, ['--import', 'tsx', program], {
      env: { ...process.env, ...this.#env, NODE_ID: id },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#processes.set(id, child);
    for await (const line of createInterface({ input: child.stdout })) {
      if (line === 'ready') return;
    }
    throw new Error(`Node ${id} did not start`);
  }

  /** @param signal SIGTERM to have it finish what it has, SIGKILL for a crash. */
  async end(id: string, signal: NodeJS.Signals): Promise<void> {
    const child = this.#processes.get(id);
    this.#processes.delete(id);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const closed = once(child, 'close');
    child.kill(signal);
    await closed;
  }

  async endAll(signal: NodeJS.Signals): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((id) => this.end(id, signal)));
  }
}
