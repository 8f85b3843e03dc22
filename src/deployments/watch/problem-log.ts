import type { Logger } from '../../api/logger.js';
import type { WatchProblem } from '../../api/watch.js';
import { describeFault } from '../../host/faults.js';
import { callHost } from '../../host/host-code.js';

/** Reports each problem once, as long as it stays the same. */
export class ProblemLog {
  readonly #logger: Logger;
  readonly #onProblem: (problem: WatchProblem) => unknown;
  /** By type and directory: the problem that was reported last. */
  readonly #told = new Map<string, string>();

  constructor(logger: Logger, onProblem: (problem: WatchProblem) => unknown) {
    this.#logger = logger;
    this.#onProblem = onProblem;
  }

  /** @param print a text that changes only if the problem changes. */
  tell(problem: WatchProblem, print: string): void {
    const key = keyOf(problem.type, problem.directory);
    if (this.#told.get(key) === print) return;
    this.#told.set(key, print);
    const { type, directory, name, version, message } = problem;
    this.#logger.warn(`Model repository: ${message}`, { problem: type, directory, name, version });
    callHost(
      () => this.#onProblem(problem),
      (error) => this.#logger.error('onProblem failed', describeFault(error)),
    );
  }

  /** The problem is gone. If it comes back, it is reported again. */
  settle({ type, directory }: Pick<WatchProblem, 'type' | 'directory'>): void {
    this.#told.delete(keyOf(type, directory));
  }
}

function keyOf(type: string, directory: string): string {
  return `${type} ${directory}`;
}
