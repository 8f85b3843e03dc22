import { InvalidOptionsError, WorkerLostError } from '../errors.js';
import { type Clock, systemClock, type Timer } from '../host/clock.js';
import { outOfResources } from '../host/out-of-resources.js';
import { AwakeTime } from '../pool/awake-time.js';
import { ExitGuard } from '../pool/exit-guard.js';
import { greetingTimeoutMs, silenceError, strangerError } from '../pool/handshake.js';
import { earlyExit, failureError } from '../pool/start-failure.js';
import { resolveToolWorkerFile } from '../pool/worker-file.js';
import { WorkerThread } from '../pool/worker-thread.js';
import type { TaskFailure } from '../protocol/serving.js';
import type { ToolReply, ToolResults, ToolTask } from '../protocol/tools.js';
import { IssueList } from '../validation/issues.js';

const exitWaitMs = 2_000;

/**
 * After this time without a message, a worker counts as hung. A worker sends a message every second, except during a call of the runtime.
 */
const silenceMs = 600_000;

const lookEveryMs = 1_000;

/** A guard for tool workers that run at the same time. It must be disposed after all of them are closed. */
export function toolGuard(workers: number): ExitGuard {
  return new ExitGuard({ slots: workers, clock: systemClock, exitWaitMs, loadWaitMs: exitWaitMs });
}

/** How long a worker's hello may come after an answer, in ms. */
const greetingGraceMs = 100;

export interface ToolWorkerOptions {
  /** Shared with other workers. @default its own */
  guard?: ExitGuard | undefined;
  /** The entry of the tools' worker. @default the file in this package */
  toolWorkerFile?: string | URL | undefined;
  /** Aborts its task and ends it; the error is the signal's reason. */
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

/** A separate worker for one use of a tool, because the host never loads the runtime itself. */
export class ToolWorker {
  /** Its own guard; null if it shares one. */
  readonly #guard: ExitGuard | null;
  readonly #thread: WorkerThread;
  readonly #clock: Clock;
  readonly #watch: Timer;
  readonly #stopListening: () => void;
  readonly #time: AwakeTime;
  /** Time since its last message, or since it got its task. */
  #silentMs = 0;
  /** Rejects when it is known that no task will be answered any more. */
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};

  /**
   * @throws {InvalidOptionsError} if the worker's file does not exist.
   * @throws {OutOfResourcesError} if the system has no thread, or no memory for one.
   */
  constructor({ guard: shared, toolWorkerFile, signal, clock = systemClock }: ToolWorkerOptions = {}) {
    const url = requireFile(toolWorkerFile);
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // Nobody may be waiting when it fails.
    this.#failed.catch(() => {});
    const guard = shared ?? toolGuard(1);
    this.#guard = shared === undefined ? guard : null;
    try {
      const thread = WorkerThread.start({
        file: { role: 'tool-worker', url },
        data: {},
        guard,
        clock,
        onMessage: () => {
          this.#silentMs = 0;
        },
        onStranger: (error) => this.#giveUp(error),
      });
      if (thread === null) throw new Error('a guard of its own had no slot');
      this.#thread = thread;
    } catch (error) {
      this.#guard?.dispose();
      throw error;
    }
    this.#clock = clock;
    this.#time = new AwakeTime(lookEveryMs, clock.now());
    this.#watch = clock.every(lookEveryMs, () => this.#look());
    const stop = (): void => this.#giveUp(signal?.reason);
    this.#stopListening = () => signal?.removeEventListener('abort', stop);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted === true) stop();
  }

  /**
   * @throws {ModelInvalidError | ModelIntegrityError} if the runtime cannot do the task with this model, or the model file is another file.
   * @throws {ProviderUnavailableError} if no provider works here, or the runtime or the worker's file cannot be loaded.
   * @throws {OutOfResourcesError} if a resource ran out.
   * @throws {InvalidOptionsError} if the worker's file is another file.
   * @throws {WorkerLostError} if the worker died or hung.
   */
  async run<T extends ToolTask>(task: T): Promise<ToolResults[T['kind']]> {
    const reply = await Promise.race([this.#reply(task), this.#failed]);
    // Check this before the answer: the answer of another program's file can be anything.
    if (!this.#thread.isGreeted) await this.#greeted();
    if (!('error' in reply)) return reply.result;
    if ('code' in reply) throw failureError(reply.code, reply.error, 'None of the providers works here');
    throw new WorkerLostError(`The tool's worker failed: ${reply.error}`);
  }

  /**
   * The answer and the worker's hello come over different ports, in any order. So the hello gets some time.
   *
   * @throws {InvalidOptionsError} if the worker's file is another file, or it answers without a hello.
   */
  async #greeted(): Promise<void> {
    if (this.#thread.isGreeted) return;
    const words = new Promise<void>((resolve) => this.#clock.after(greetingGraceMs, resolve));
    await Promise.race([words, this.#failed]);
    if (this.#thread.isGreeted) return;
    throw strangerError(this.#thread.file, 'a file that answers without a word of what it is');
  }

  /** Resolves when its thread has ended. */
  get ended(): Promise<unknown> {
    return this.#thread.exited;
  }

  /**
   * Ends its thread. A thread that stays inside the runtime for long is left behind, because ending it would abort the process. Then the
   * guard stays.
   */
  async close(): Promise<void> {
    this.#watch.clear();
    this.#stopListening();
    const gone = this.ended.then(() => this.#guard?.dispose());
    if (await this.#thread.release()) await gone;
  }

  async #reply<T extends ToolTask>(task: T): Promise<ToolReply<T['kind']> | TaskFailure> {
    try {
      return await this.#thread.run<ToolReply<T['kind']>>(task);
    } catch (error) {
      const exit = await this.#thread.exited;
      if (!this.#thread.isGreeted) throw earlyExit(exit, this.#thread.file, false);
      const failure = "The tool's worker died";
      const reason = exit.reason.replace(/\s+/g, ' ');
      throw (
        outOfResources(exit.error ?? reason, failure) ?? new WorkerLostError(`${failure}: ${reason}`, { cause: error })
      );
    }
  }

  #look(): void {
    const { isGreeted, inHand, file } = this.#thread;
    const elapsedMs = this.#time.look(this.#clock.now());
    // A worker that has loaded and has no task may be silent.
    this.#silentMs = isGreeted && inHand === 0 ? 0 : this.#silentMs + elapsedMs;
    if (!isGreeted && this.#silentMs >= greetingTimeoutMs) {
      this.#giveUp(silenceError(file));
    } else if (this.#silentMs >= silenceMs) {
      this.#giveUp(new WorkerLostError(`The tool's worker hangs: nothing was heard of it for ${silenceMs / 1000} s`));
    }
  }

  #giveUp(error: unknown): void {
    this.#fail(error);
    this.#watch.clear();
    this.#thread.giveUp();
  }
}

/** @throws {InvalidOptionsError} if the file does not exist. */
function requireFile(toolWorkerFile: string | URL | undefined): string {
  const issues = new IssueList();
  const url = resolveToolWorkerFile(toolWorkerFile, issues);
  if (issues.total > 0) throw new InvalidOptionsError(issues.listed);
  return url;
}
