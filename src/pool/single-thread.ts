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
 * The nice value of a worker, above the host's, because the host must get its core when it has answers to hand out. Only on Linux:
 * elsewhere it would change the whole process.
 */
const niceIncrement = process.platform === 'linux' ? 10 : 0;

/** Empty tasks, and batches of no rows, that are sent to the worker and back before the first request. */
const warmUpTrips = 20;

export interface SingleThreadOptions {
  /** The worker's entry, as a file URL. */
  workerFile: string;
  workerData: unknown;
  resourceLimits?: ResourceLimits | undefined;
  /** Gets the thread's messages other than answers, including Piscina's message that the file has loaded. */
  onMessage: (message: unknown) => void;
}

/** How a thread ended. */
export interface ThreadExit {
  /** The reason in words, as far as it is known. */
  reason: string;
  /** The thrown value; null if nothing was thrown. */
  error: unknown;
  /** Its exit code. */
  code: number;
}

/**
 * One worker thread from start to end: the part of Piscina that this package uses. It is a pool of exactly one thread, which is not
 * restarted when it dies. Piscina gives up restarting after one failed start, and cannot replace a hung thread.
 */
export class SingleThread {
  /** Resolves when the thread has ended. */
  readonly exited: Promise<ThreadExit>;
  readonly #piscina: Piscina;
  readonly #inHand = new TasksInHand();
  /** The tasks of these that the worker has. It has memory for at most `tasksPerWorker`. */
  #sent = 0;
  /** Functions that send the remaining tasks. */
  readonly #unsent: (() => void)[] = [];
  /** The line for batches and chunks of columns; null until it is open, and if the worker's file does not support it. */
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
      // A blocking wait would stop a worker from hearing anything but tasks.
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
    // Emitted for a thread that died without an open task. `exited` reports that too.
    this.#piscina.on('error', () => {});
    this.#piscina.on('workerCreate', (worker: unknown) => {
      this.#worker = worker;
    });
    // Emitted while Piscina cleans up a dead thread, before it would start another.
    this.#piscina.on('workerDestroy', () => this.#destroyOnce());
  }

  /** Whether it accepts tasks. A thread that is dying or being ended does not, although it has not exited. */
  get isAlive(): boolean {
    return !this.#isEnding;
  }

  /** Whether it held a task when it began to end. */
  get endedOverTask(): boolean {
    return this.#endedOverTask;
  }

  /** Number of open tasks. */
  get inHand(): number {
    return this.#inHand.size;
  }

  /** Identifies its oldest open task; null if it has none. */
  get oldest(): object | null {
    return this.#inHand.oldest;
  }

  /**
   * Opens a line for batches and chunks of columns. Until it is open, they are sent as Piscina tasks. They always are if the worker's file
   * is the host's own wrapper and does not export `openLine`.
   *
   * @param runner the worker that runs the batches.
   */
  openLine(memory: LineMemory, runner: LineRunner): void {
    // Not counted as an open task: a worker that opens its line is free for a batch of its own.
    const open = (opening: LineOpening): Promise<unknown> =>
      this.#piscina.run(opening, { name: 'openLine', transferList: [opening.port] });
    this.#opening = TaskLine.open(open, memory, runner).then(
      (line) => {
        if (this.#isEnding) line.close();
        else this.#line = line;
      },
      // They are sent as Piscina tasks.
      () => {},
    );
  }

  /** Sends empty tasks to the worker and back, so that this code is compiled before the first request. Never rejects. */
  async warmUp(): Promise<void> {
    await this.#opening;
    for (let trip = 0; trip < warmUpTrips; trip += 1) {
      // The host's own wrapper of our worker may lack this function. Then nothing is warmed up.
      const reply = await this.run({}, { name: 'warmUp' }).catch(() => ({ error: 'lost' }));
      if ('error' in reply) return;
      await this.#line?.ping();
    }
  }

  /**
   * @param options `name` is the function that the worker's file exports, if it is not the default export.
   * @returns the answer, or the failure if the worker lives on.
   * @throws {LostTask} if the thread dies first, or is given up.
   */
  run<R extends object>(task: unknown, options?: { name: string }): Promise<R | TaskFailure> {
    if (this.#isEnding) return Promise.reject(new LostTask('unsent', 'The worker had ended'));
    const inHand = this.#inHand.add<R>(task);
    if (this.#sent < tasksPerWorker) this.#send(inHand, options);
    else this.#unsent.push(() => this.#send(inHand, options));
    return inHand.answered;
  }

  /** Gives up its open tasks, because nobody knows when they come back. Their answers are ignored from now on. */
  giveUp(): void {
    this.#unsent.length = 0;
    this.#inHand.giveUp(this.exited.then(() => {}));
  }

  /** Ends the thread. It must be outside the runtime. */
  async end(): Promise<void> {
    this.#destroyOnce();
    await this.exited;
  }

  /** Lets the process end before the thread has. Otherwise Piscina keeps the process alive while a task is open. */
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
        // The value that a handler throws may quote a row.
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
    // If the thread ends, its open tasks are lost with it.
    if (!this.#isEnding) this.#settle(inHand, { error: `the worker's handler ${reason}` });
  }

  #settle<R extends object>(inHand: TaskInHand<R>, reply: R | TaskFailure): void {
    this.#sent -= 1;
    // A thread that is ending can answer, but accepts nothing more.
    if (!this.#isEnding) this.#unsent.shift()?.();
    this.#inHand.settle(inHand, reply);
  }

  /** Piscina fails if it is destroyed twice. */
  #destroyOnce(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#endedOverTask = this.#inHand.size > 0;
    // Not awaited: if the thread has already exited, it would wait for ever.
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
      // A worker's entry may be the host's own, and anything can be thrown.
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

/** The port for tasks is stored under a symbol. If it is not found, a hung worker keeps the process alive. */
function unrefPort(worker: unknown): void {
  if (typeof worker !== 'object' || worker === null) return;
  for (const symbol of Object.getOwnPropertySymbols(worker)) {
    const info: unknown = Reflect.get(worker, symbol);
    if (typeof info !== 'object' || info === null || !('port' in info)) continue;
    const { port } = info;
    if (typeof port === 'object' && port !== null && 'unref' in port && typeof port.unref === 'function') port.unref();
  }
}
