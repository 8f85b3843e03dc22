import { InvalidOptionsError } from '../errors.js';
import { outOfResources } from '../host/out-of-resources.js';

/** The longest array that JavaScript engines allow. */
const mostValues = 2 ** 32 - 1;

const options = 'maxQueueSize, workers and batching.maxBatchSize';

/**
 * Allocates the memory that the options ask for.
 *
 * @param received describes the amount, for the error.
 * @param values the number of values in its longest array.
 * @throws {InvalidOptionsError} if no machine can allocate that much in one piece.
 * @throws {OutOfResourcesError} if this machine cannot.
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
