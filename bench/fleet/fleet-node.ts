import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a node is started with. */
export interface FleetNodeTask {
  url: string;
  model: string;
  id: string;
}

/** What a node has used since its start. */
export interface NodeUsage {
  /** Processor time of all its threads, in ms. */
  cpuMs: number;
  requests: number;
  messages: number;
}

type NodeMessage = { kind: 'ready' } | ({ kind: 'usage' } & NodeUsage);

/** A node in a process of its own. */
export class FleetNode {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(task: FleetNodeTask): Promise<FleetNode> {
    const file = fileURLToPath(new URL('node-process.ts', import.meta.url));
    const child = fork(file, { execArgv: ['--import', 'tsx'] });
    child.send(task);
    const node = new FleetNode(child);
    const exited = once(child, 'exit').then(() => {
      throw new Error('a node of the bench ended while it started');
    });
    await Promise.race([node.#next('ready'), exited]);
    exited.catch(() => {});
    return node;
  }

  /** The id of its process. */
  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('a node of the bench has no process');
    return pid;
  }

  async usage(): Promise<NodeUsage> {
    this.#child.send('usage');
    const message = await this.#next('usage');
    if (message.kind !== 'usage') throw new Error('usage: expected the answer of a node');
    return message;
  }

  /** Sends a signal that does not end it: SIGSTOP, SIGCONT. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the process. @param signal SIGKILL for a crash. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  async #next(kind: NodeMessage['kind']): Promise<NodeMessage> {
    for (;;) {
      const [message]: NodeMessage[] = await once(this.#child, 'message');
      if (message?.kind === kind) return message;
    }
  }
}
