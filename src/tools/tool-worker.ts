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

/** How long nothing may be heard of a worker: it says so every second that it lives, but for one call of the runtime. */
const silenceMs = 600_000;

const lookEveryMs = 1_000;

/** For workers of a tool that run at the same time. It must be disposed of once all of them are closed. */
export function toolGuard(workers: number): ExitGuard {
  return new ExitGuard({ slots: workers, clock: systemClock, exitWaitMs, loadWaitMs: exitWaitMs });
}

/** How long a worker's first words may come after an answer of it, in ms. */
const greetingGraceMs = 100;

export interface ToolWorkerOptions {
  /** Shared with other workers. @default its own */
  guard?: ExitGuard | undefined;
  /** The entry of the tools' worker. @default the package's */
  toolWorkerFile?: string | URL | undefined;
  /** Gives up what it has in hand, with its reason, and ends it. */
  signal?: AbortSignal | undefined;
  clock?: Clock;
}

/** A worker of its own for one use of a tool: the host never loads the runtime itself. */
export class ToolWorker {
  /** Its own; null where it shares one. */
  readonly #guard: ExitGuard | null;
  readonly #thread: WorkerThread;
  readonly #clock: Clock;
  readonly #watch: Timer;
  readonly #stopListening: () => void;
  readonly #time: AwakeTime;
  /** Since something was heard of it, or since it was given its task. */
  #silentMs = 0;
  /** Rejects once it is known that no task will be answered any more. */
  readonly #failed: Promise<never>;
  #fail: (error: unknown) => void = () => {};

  /**
   * @throws {InvalidOptionsError} where there is no such file.
   * @throws {OutOfResourcesError} where the system has no thread, or no memory for one.
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
   * @throws {ModelInvalidError | ModelIntegrityError} where the runtime can't do it with this model, or its file is another one.
   * @throws {ProviderUnavailableError} where no provider works here, or the runtime or the worker's file cannot be loaded.
   * @throws {OutOfResourcesError} where something ran out.
   * @throws {InvalidOptionsError} where the worker's file is another one.
   * @throws {WorkerLostError} where the worker died over it, or hangs.
   */
  async run<T extends ToolTask>(task: T): Promise<ToolResults[T['kind']]> {
    const reply = await Promise.race([this.#reply(task), this.#failed]);
    // Before the answer is looked at: a stranger's can be anything.
    if (!this.#thread.isGreeted) await this.#greeted();
    if (!('error' in reply)) return reply.result;
    if ('code' in reply) throw failureError(reply.code, reply.error, 'None of the providers works here');
    throw new WorkerLostError(`The tool's worker failed: ${reply.error}`);
  }

  /**
   * An answer and the worker's first words come by different ports, in either order: the words get some time.
   *
   * @throws {InvalidOptionsError} where the worker's file is another one, or has not said what it is though it answers.
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

  /** Ends its thread, but for one that is inside the runtime for long, where ending it would abort the process: the guard stays then. */
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
    // One that has loaded and has nothing to do may be as silent as it likes.
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

/** @throws {InvalidOptionsError} where there is no such file. */
function requireFile(toolWorkerFile: string | URL | undefined): string {
  const issues = new IssueList();
  const url = resolveToolWorkerFile(toolWorkerFile, issues);
  if (issues.total > 0) throw new InvalidOptionsError(issues.listed);
  return url;
}
