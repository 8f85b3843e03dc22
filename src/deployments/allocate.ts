import { InvalidOptionsError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';

/** The longest array of JavaScript engines. */
const mostValues = 2 ** 32 - 1;

const options = 'maxQueueSize, workers and batching.maxBatchSize';

/**
 * Makes what the options ask for so much memory for.
 *
 * @param received how much, for the error.
 * @param values in its longest array.
 * @throws {InvalidOptionsError} where no machine has so much in one piece.
 * @throws {OutOfResourcesError} where this one has not.
 */
export function allocate<T>(received: string, values: number, make: () => T): T {
  if (values > mostValues) {
    throw new InvalidOptionsError([{ path: options, expected: 'a product that fits into memory', received }]);
  }
  try {
    return make();
  } catch (error) {
    throw outOfResources(error, `There is no memory for ${received}, of ${options}`) ?? error;
  }
}
