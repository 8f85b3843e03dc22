import type { ResourceLimits, Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { describeFault } from '../host/faults.js';
import { isError } from '../host/thrown.js';
import { type TaskFailure, tasksPerWorker } from '../protocol/serving.js';
import type { LineMemory, LineOpening, LineTask } from '../protocol/task-line.js';
import { describeKind } from '../validation/issues.js';
import { LostTask } from './lost-task.js';
import { setRuntimeEnvironment } from './runtime-environment.js';
import { type LineRunner, TaskLine } from './task-line.js';
import { type TaskInHand, TasksInHand } from './tasks-in-hand.js';

/**
 * How much less urgent a worker is than the host, which must get its core when it has something to hand out. Elsewhere than on
 * Linux it would be the whole process that is less urgent.
 */
const niceIncrement = process.platform === 'linux' ? 10 : 0;

/** Tasks without work, and batches of no rows, that go there and back before the first request. */
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
  readonly #inHand = new TasksInHand();
  /** Of these, those that the worker has. It has memory for no more than `tasksPerWorker`. */
  #sent = 0;
  /** What sends each of the others. */
  readonly #unsent: (() => void)[] = [];
  /** What batches and chunks of columns go over; null until it is open, and where the worker's file knows of none. */
  #line: TaskLine | null = null;
  #opening: Promise<void> | null = null;
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
    this.exited = whenExited(thread).then((exit) => {
      this.#line?.close();
      this.#inHand.loseAll();
      return exit;
    });
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
    return this.#inHand.oldest;
  }

  /**
   * Opens a line for batches and chunks of columns. Until it is open they go as tasks of Piscina's. So they always do where the worker's
   * file is one of the host's own that wraps ours and does not export `openLine`.
   *
   * @param runner what runs batches.
   */
  openLine(memory: LineMemory, runner: LineRunner): void {
    // Not in hand: a worker that opens its line is as free for a batch of its own as any.
    const open = (opening: LineOpening): Promise<unknown> =>
      this.#piscina.run(opening, { name: 'openLine', transferList: [opening.port] });
    this.#opening = TaskLine.open(open, memory, runner).then(
      (line) => {
        if (this.#isEnding) line.close();
        else this.#line = line;
      },
      // They go as tasks.
      () => {},
    );
  }

  /** Sends tasks without work there and back, so that this way is compiled before the first request takes it. Never rejects. */
  async warmUp(): Promise<void> {
    await this.#opening;
    for (let trip = 0; trip < warmUpTrips; trip += 1) {
      // A worker of the host's own that wraps ours does not have this function, and does without.
      const reply = await this.run({}, { name: 'warmUp' }).catch(() => ({ error: 'lost' }));
      if ('error' in reply) return;
      await this.#line?.ping();
    }
  }

  /**
   * @param options `name` of the function that the worker's file exports, where it is not its default export.
   * @returns the answer, or what went wrong in a worker that lives on.
   * @throws {LostTask} where the thread dies first, or is given up.
   */
  run<R extends object>(task: unknown, options?: { name: string }): Promise<R | TaskFailure> {
    if (this.#isEnding) return Promise.reject(new LostTask('unsent', 'The worker had ended'));
    const inHand = this.#inHand.add<R>(task);
    if (this.#sent < tasksPerWorker) this.#send(inHand, options);
    else this.#unsent.push(() => this.#send(inHand, options));
    return inHand.answered;
  }

  /** Gives up what it has in hand, as nobody knows when it comes back: its answers are not heard any more. */
  giveUp(): void {
    this.#unsent.length = 0;
    this.#inHand.giveUp(this.exited.then(() => {}));
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
    this.#line?.abandon();
  }

  #send<R extends object>(inHand: TaskInHand<R>, options?: { name: string }): void {
    const { task } = inHand;
    this.#sent += 1;
    if (this.#line !== null && isLineTask(task)) {
      this.#line.send(task, (reply) => this.#hear(inHand, reply));
    } else {
      this.#piscina.run(task, options).then(
        (reply) => this.#hear(inHand, reply),
        // What a handler throws may quote a row.
        (error: unknown) => this.#fail(inHand, `threw ${describeFault(error).error}`),
      );
    }
  }

  #hear<R extends object>(inHand: TaskInHand<R>, reply: unknown): void {
    // A worker that dies by throwing null answers with null.
    if (isReply<R>(reply)) this.#settle(inHand, reply);
    else this.#fail(inHand, `answered with ${describeKind(reply)}`);
  }

  #fail<R extends object>(inHand: TaskInHand<R>, reason: string): void {
    // One that ends takes what it has in hand with it once it has ended.
    if (!this.#isEnding) this.#settle(inHand, { error: `the worker's handler ${reason}` });
  }

  #settle<R extends object>(inHand: TaskInHand<R>, reply: R | TaskFailure): void {
    this.#sent -= 1;
    // One that ends can answer, but takes nothing more.
    if (!this.#isEnding) this.#unsent.shift()?.();
    this.#inHand.settle(inHand, reply);
  }

  /** Piscina loses its way when it is destroyed twice. */
  #destroyOnce(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#endedOverTask = this.#inHand.size > 0;
    // Not awaited: where the thread has exited already it waits for ever.
    void this.#piscina.destroy();
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

function isReply<R extends object>(reply: unknown): reply is R | TaskFailure {
  return typeof reply === 'object' && reply !== null;
}

function isLineTask(task: unknown): task is LineTask {
  return isReply<object>(task) && 'kind' in task && (task.kind === 'batch' || task.kind === 'columns');
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
