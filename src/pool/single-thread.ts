import type { ResourceLimits, Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { describeFault } from '../host/faults.js';
import { isError } from '../host/thrown.js';
import { type TaskFailure, tasksPerWorker } from '../protocol/serving.js';
import { describeKind } from '../validation/issues.js';
import { LostTask } from './lost-task.js';
import { setRuntimeEnvironment } from './runtime-environment.js';

/**
 * How much less urgent a worker is than the host, which must get its core when it has something to hand out. Elsewhere than on
 * Linux it would be the whole process that is less urgent.
 */
const niceIncrement = process.platform === 'linux' ? 10 : 0;

/** Tasks without work that go there and back before the first request. */
const warmUpTrips = 20;

export interface SingleThreadOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  workerData: unknown;
  resourceLimits?: ResourceLimits | undefined;
  /** What the thread says beside its answers, Piscina's own word that its file has loaded included. */
  onMessage: (message: unknown) => void;
}

/** How a thread ended. */
export interface ThreadExit {
  /** In words, as far as it is known. */
  reason: string;
  /** What it threw; null where it threw nothing. */
  error: unknown;
  /** Its exit code. */
  code: number;
}

/**
 * One worker thread from its start to its end: what of Piscina this package uses. A pool of exactly one thread, which is not
 * started again when it dies: Piscina gives up on that after one failed start, and can't replace a thread that hangs.
 */
export class SingleThread {
  /** Resolves when the thread has ended. */
  readonly exited: Promise<ThreadExit>;
  readonly #piscina: Piscina;
  /** What tells each task in hand that it is lost, in the order in which they were sent. */
  readonly #inHand = new Map<(loss: LostTask) => void, unknown>();
  #isEnding = false;
  #endedOverTask = false;
  #worker: unknown = null;

  constructor({ workerFile, workerData, resourceLimits, onMessage }: SingleThreadOptions) {
    setRuntimeEnvironment();
    this.#piscina = new Piscina({
      filename: workerFile,
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: tasksPerWorker,
      // A blocking wait would leave a worker deaf to all but tasks.
      atomics: 'disabled',
      recordTiming: false,
      niceIncrement,
      workerData,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    });
    const [thread] = this.#piscina.threads;
    if (thread === undefined) throw new Error('a pool of one thread started none');
    thread.on('message', onMessage);
    this.exited = whenExited(thread);
    // Emitted for a thread that died with nothing in hand: `exited` says that too.
    this.#piscina.on('error', () => {});
    this.#piscina.on('workerCreate', (worker: unknown) => {
      this.#worker = worker;
    });
    // Emitted while Piscina cleans up a dead thread, before it would start another.
    this.#piscina.on('workerDestroy', () => this.#destroyOnce());
  }

  /** Whether it takes tasks: one that is dying, or is being ended, does not, though it has not exited. */
  get isAlive(): boolean {
    return !this.#isEnding;
  }

  /** Whether it began to end with a task in hand. */
  get endedOverTask(): boolean {
    return this.#endedOverTask;
  }

  /** Tasks it has not answered. */
  get inHand(): number {
    return this.#inHand.size;
  }

  /** Stands for the task that it has had for longest; null where it has none. */
  get oldest(): object | null {
    for (const task of this.#inHand.keys()) return task;
    return null;
  }

  /** Sends tasks without work there and back, so that this way is compiled before the first request takes it. Never rejects. */
  async warmUp(): Promise<void> {
    for (let trip = 0; trip < warmUpTrips; trip += 1) {
      // A worker of the host's own that wraps ours does not have this function, and does without.
      const reply = await this.run({}, 'warmUp').catch(() => ({ error: 'lost' }));
      if ('error' in reply) return;
    }
  }

  /**
   * @param name of the function that the worker's file exports, where it is not its default export.
   * @returns the answer, or what went wrong in a worker that lives on.
   * @throws {LostTask} where the thread dies first, or is given up.
   */
  run<R extends object>(task: unknown, name?: string): Promise<R | TaskFailure> {
    if (this.#isEnding) return Promise.reject(new LostTask('unsent', 'The worker had ended'));
    return new Promise((resolve, reject) => {
      this.#inHand.set(reject, task);
      const settle = (reply: R | TaskFailure): void => {
        if (this.#inHand.delete(reject)) resolve(reply);
      };
      const fail = (reason: string): void => {
        if (!this.#isEnding) settle({ error: `the worker's handler ${reason}` });
        else void this.exited.then(() => this.#lose(reject, new LostTask('died', 'The worker died')));
      };
      const running = name === undefined ? this.#piscina.run(task) : this.#piscina.run(task, { name });
      running.then(
        // A worker that dies by throwing null answers with null.
        (reply) => (isObject(reply) ? settle(reply) : fail(`answered with ${describeKind(reply)}`)),
        // What a handler throws may quote a row.
        (error: unknown) => fail(`threw ${describeFault(error).error}`),
      );
    });
  }

  /**
   * Gives up what it has in hand, as nobody knows when it comes back: its answers are not heard any more. It hangs over the task that it
   * has had for longest, and has not begun with the others. But an explanation is many runs, and other tasks come between them: where
   * one is in hand, any of the tasks may be at fault.
   */
  giveUp(): void {
    const letGo = this.exited.then(() => {});
    const isAnySuspect = [...this.#inHand.values()].some(isExplanation);
    let isOldest = true;
    for (const reject of [...this.#inHand.keys()]) {
      const isSuspect = isOldest || isAnySuspect;
      const loss = isSuspect
        ? new LostTask('hung', 'The worker hung', letGo)
        : new LostTask('unsent', 'The worker hung over another task', letGo);
      this.#lose(reject, loss);
      isOldest = false;
    }
  }

  /** Ends the thread. It must be outside the runtime. */
  async end(): Promise<void> {
    this.#destroyOnce();
    await this.exited;
  }

  /** Lets the process end though the thread has not: Piscina holds it as long as a task is in hand. */
  abandon(): void {
    for (const thread of this.#piscina.threads) thread.unref();
    unrefPort(this.#worker);
  }

  /** Piscina loses its way when it is destroyed twice. */
  #destroyOnce(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#endedOverTask = this.#inHand.size > 0;
    // Not awaited: where the thread has exited already it waits for ever.
    void this.#piscina.destroy();
  }

  #lose(reject: (loss: LostTask) => void, loss: LostTask): void {
    if (this.#inHand.delete(reject)) reject(loss);
  }
}

function whenExited(thread: Worker): Promise<ThreadExit> {
  return new Promise((resolve) => {
    let error: unknown = null;
    thread.once('error', (thrown: unknown) => {
      error = thrown;
    });
    thread.once('exit', (code) => {
      // A worker's entry may be a host's own, and anything can be thrown.
      const words = isError(error) ? error.message : `it threw ${describeKind(error)}`;
      resolve({ reason: error === null ? `it exited with code ${code}` : words, error, code });
    });
  });
}

function isObject<R>(reply: R): reply is R & object {
  return typeof reply === 'object' && reply !== null;
}

/** The port that tasks go through lies behind a symbol. Where it is not found, a worker that hangs keeps the process alive. */
function unrefPort(worker: unknown): void {
  if (typeof worker !== 'object' || worker === null) return;
  for (const symbol of Object.getOwnPropertySymbols(worker)) {
    const info: unknown = Reflect.get(worker, symbol);
    if (typeof info !== 'object' || info === null || !('port' in info)) continue;
    const { port } = info;
    if (typeof port === 'object' && port !== null && 'unref' in port && typeof port.unref === 'function') port.unref();
  }
}

function isExplanation(task: unknown): boolean {
  return typeof task === 'object' && task !== null && 'kind' in task && task.kind === 'explain';
}
