import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a node is started with. */
export interface NodeTask {
  url: string;
  model: string;
  ackWaitMs: number;
  maxInFlight: number;
}

/** When a version was live on a node, in milliseconds since the epoch. */
export interface LiveTime {
  version: string;
  from: number;
  until: number;
}

interface Report {
  at: number;
  began?: string;
  ended?: string;
  ready?: true;
}

/** A process with a stream worker. Each process has a number of its own. */
export class FleetNode {
  static #next = 1;
  readonly id = FleetNode.#next++;
  readonly live: LiveTime[] = [];
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;

  constructor(task: NodeTask) {
    const argument = JSON.stringify({ ...task, node: this.id });
    this.#child = fork(fileURLToPath(new URL('./node-process.mjs', import.meta.url)), [argument], { execArgv: [] });
    this.ready = new Promise((resolve, reject) => {
      this.#child.on('message', (message: Report) => {
        if (message.began !== undefined) {
          this.live.push({ version: message.began, from: message.at, until: Number.POSITIVE_INFINITY });
        }
        const over = this.live.find(({ version }) => version === message.ended);
        if (over !== undefined) over.until = message.at;
        if (message.ready) resolve();
      });
      this.#child.once('exit', (code) => reject(new Error(`a node ended with ${code} before it was ready`)));
    });
    this.ready.catch(() => {});
  }

  deploy(directory: string, version: string): void {
    this.#child.send({ deploy: directory, version });
  }

  /** Ends it as an orchestrator does. */
  async drain(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.send({ drain: true });
    await ended;
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  stopClock(): void {
    this.#child.kill('SIGSTOP');
  }

  continueClock(): void {
    this.#child.kill('SIGCONT');
  }
}
