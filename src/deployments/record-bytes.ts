import type { Deployment } from './deployment.js';
import type { Shadow } from './shadow/shadow.js';

/**
 * The most bytes that decisions to come take in the memory of decision records: those of batches in flight, and one more batch of each version. It is
 * asked before each batch, so it makes no garbage.
 *
 * @param leaving versions that have ended, and whose workers have not. Some may be among `all`.
 */
export function recordBytesToCome(
  all: readonly Deployment[],
  shadows: readonly Shadow[],
  leaving: ReadonlyMap<Deployment, unknown>,
): number {
  let bytes = 0;
  for (const deployment of all) bytes += bytesToCome(deployment);
  for (const { deployment } of shadows) bytes += bytesToCome(deployment);
  if (leaving.size === 0) return bytes;
  for (const deployment of leaving.keys()) if (!all.includes(deployment)) bytes += bytesToCome(deployment);
  return bytes;
}

function bytesToCome({ batcher, limits, log }: Deployment): number {
  return log.bytesOf(batcher.inFlight + limits.maxBatchSize);
}
