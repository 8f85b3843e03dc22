import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import { projectPath } from './paths.js';

type Command =
  | 'pass'
  | 'hold'
  | 'hold explains'
  | 'exit'
  | 'exit now'
  | 'throw'
  | 'throw in the task'
  | 'run out of memory';

interface Arrival {
  arrived: string;
  threadId: number;
}

/** The test's end of the gate in `fixtures/workers/gated-worker.mjs`. */
export class WorkerGate {
  readonly workerFile = projectPath('test/fixtures/workers/gated-worker.mjs');
  readonly #channel: BroadcastChannel;
  readonly #arrivals: Arrival[] = [];
  #onArrival: () => void = () => {};

  /** Must be made before the scorer, whose workers take its name from the environment. */
  constructor() {
    const name = `gate-${randomUUID()}`;
    process.env.TEST_GATE = name;
    this.#channel = new BroadcastChannel(name);
    this.#channel.onmessage = (event: unknown) => {
      this.#arrivals.push((event as { data: Arrival }).data);
      this.#onArrival();
    };
  }

  /** What every batch does from now on, those that are held included; of one worker, or of all that live now. */
  tell(command: Command, threadId?: number): void {
    this.#channel.postMessage({ command, threadId });
  }

  /** Resolves when so many batches have come to the gate in all. */
  async arrived(batches: number): Promise<Arrival[]> {
    while (this.#arrivals.length < batches) {
      await new Promise<void>((resolve) => {
        this.#onArrival = resolve;
      });
    }
    return this.#arrivals;
  }

  close(): void {
    this.#channel.close();
  }
}
