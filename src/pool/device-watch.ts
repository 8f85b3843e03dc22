import type { TaskFailure } from '../protocol/serving.js';

/**
 * After this many failed tasks in a row, the device counts as failed, whatever the runtime says. A single harmful task would be found
 * sooner.
 */
const failuresAllowed = 16;

/** Detects that a device has failed, from the answers of its worker. */
export class DeviceWatch {
  #failures = 0;
  #isOnProbation = false;

  /** Whether the device failed and has answered nothing since. */
  get isOnProbation(): boolean {
    return this.#isOnProbation;
  }

  /** @returns what is wrong with the device, or null. */
  look(answer: object | TaskFailure): string | null {
    if (!('error' in answer)) {
      this.#failures = 0;
      this.#isOnProbation = false;
      return null;
    }
    this.#failures += 1;
    if (answer.ofDevice !== true && this.#failures < failuresAllowed) return null;
    this.#failures = 0;
    this.#isOnProbation = true;
    return `its device failed: ${answer.error}`;
  }
}
