import type { TaskFailure } from '../protocol/serving.js';
import { LostTask } from './lost-task.js';

/** The parts of a task that do not depend on the type of its answer. */
interface Held {
  readonly task: unknown;
  reject(loss: LostTask): void;
}

/** An open task of a thread. It is answered or lost, once. */
export class TaskInHand<R extends object> implements Held {
  readonly answered: Promise<R | TaskFailure>;
  readonly task: unknown;
  resolve!: (reply: R | TaskFailure) => void;
  reject!: (loss: LostTask) => void;

  constructor(task: unknown) {
    this.task = task;
    this.answered = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }
}

/** The open tasks of a thread, in the order in which they were sent. */
export class TasksInHand {
  readonly #tasks = new Set<Held>();

  get size(): number {
    return this.#tasks.size;
  }

  /** The oldest open task; null if there is none. */
  get oldest(): object | null {
    for (const task of this.#tasks) return task;
    return null;
  }

  add<R extends object>(task: unknown): TaskInHand<R> {
    const inHand = new TaskInHand<R>(task);
    this.#tasks.add(inHand);
    return inHand;
  }

  /** @param reply ignored if the task was already lost. */
  settle<R extends object>(inHand: TaskInHand<R>, reply: R | TaskFailure): void {
    if (this.#tasks.delete(inHand)) inHand.resolve(reply);
  }

  /** The thread has ended. */
  loseAll(): void {
    for (const inHand of [...this.#tasks]) this.#lose(inHand, new LostTask('died', 'The worker died'));
  }

  /**
   * The thread hangs, and nobody knows when it comes back. Normally it hangs in its oldest task and has not begun the others. But an
   * explanation consists of many runs, with other tasks between them. So if there is one, any of the tasks may be the cause.
   *
   * @param letGo resolves when the thread cannot touch a task's memory any more.
   */
  giveUp(letGo: Promise<void>): void {
    const isAnySuspect = [...this.#tasks].some(({ task }) => isExplanation(task));
    let isOldest = true;
    for (const inHand of [...this.#tasks]) {
      const isSuspect = isOldest || isAnySuspect;
      const loss = isSuspect
        ? new LostTask('hung', 'The worker hung', letGo)
        : new LostTask('unsent', 'The worker hung over another task', letGo);
      this.#lose(inHand, loss);
      isOldest = false;
    }
  }

  #lose(inHand: Held, loss: LostTask): void {
    if (this.#tasks.delete(inHand)) inHand.reject(loss);
  }
}

function isExplanation(task: unknown): boolean {
  return typeof task === 'object' && task !== null && 'kind' in task && task.kind === 'explain';
}
