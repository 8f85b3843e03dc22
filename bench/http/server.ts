import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { AdaptedApp } from './adapted-apps.js';
import type { Variant } from './handlers.js';

export interface ServerTask {
  variant: Variant | AdaptedApp;
  model: string;
}

/** One of the apps, listening in a process of its own. */
export class Server {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** @throws {Error} where it ends before it listens. */
  static async start(task: ServerTask): Promise<Server> {
    const child = fork(fileURLToPath(new URL('./server-process.ts', import.meta.url)), {
      env: { ...process.env, NODE_ENV: 'production' },
    });
    child.send(task);
    const [port] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [null])]);
    if (typeof port === 'number') return new Server(child, port);
    throw new Error(`${task.variant}: expected a server that listens, its process ended`);
  }

  async close(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.disconnect();
    await exited;
  }
}
