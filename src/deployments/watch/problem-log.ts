import type { Logger } from '../../api/logger.js';
import type { WatchProblem } from '../../api/watch.js';
import { describeFault } from '../../host/faults.js';
import { callHost } from '../../host/host-code.js';

/** Tells of each problem once, for as long as it is the same. */
export class ProblemLog {
  readonly #logger: Logger;
  readonly #onProblem: (problem: WatchProblem) => unknown;
  /** By what the problem is with: what was told of it last. */
  readonly #told = new Map<string, string>();

  constructor(logger: Logger, onProblem: (problem: WatchProblem) => unknown) {
    this.#logger = logger;
    this.#onProblem = onProblem;
  }

  /** @param print the same as long as the problem is. */
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

  /** The problem is gone: it is told of again, should it come back. */
  settle({ type, directory }: Pick<WatchProblem, 'type' | 'directory'>): void {
    this.#told.delete(keyOf(type, directory));
  }
}

function keyOf(type: string, directory: string): string {
  return `${type} ${directory}`;
}
