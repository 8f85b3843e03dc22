import type { Logger } from '../api/logger.js';

const code = 'FRAUD_SCORER_DEMO_MODEL';

const message =
  'No `model` was given: the demonstration model that comes with fraud-scorer answers. It was trained on generated transactions and must not decide over customers. Pass the directory of a model of your own';

/** One flag per process, for all copies of this package. */
const warned = Symbol.for('fraud-scorer.demonstration-warned');

/**
 * Warns a host that scores with the demonstration model because it gave no model.
 *
 * @param logger the host's logger. Without one, the process emits a warning once.
 */
export function warnOfDemonstration(logger: Logger | null): void {
  if (logger !== null) {
    logger.warn(message, { code });
    return;
  }
  if (Reflect.get(globalThis, warned) === true) return;
  Reflect.set(globalThis, warned, true);
  process.emitWarning(message, { code });
}
