import type { TaskFailure } from '../protocol/serving.js';

/** So many tasks that fail one after the other are the device's fault, whatever the runtime says: one at fault alone is found sooner. */
const failuresAllowed = 16;

/** Finds out that a device fails, by what the worker on it answers. */
export class DeviceWatch {
  #failures = 0;
  #isOnProbation = false;

  /** Whether the device failed, and nothing has been answered since. */
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
