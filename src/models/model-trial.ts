import { ModelInvalidError } from '../errors.js';
import type { WorkerPoolOptions } from '../pool/pool-options.js';
import { WorkerPool } from '../pool/worker-pool.js';

/**
 * Finds whether the model is the cause if no requested provider could load or run it. The CPU is always present: if it fails too, the model
 * is the cause. One worker tries this once, with the same checks as the others.
 *
 * @param options of the pool that could not start.
 * @param reasons the failures of the providers.
 * @returns the error for the host; null if the CPU can run the model, or it is not known.
 */
export async function faultOfModel(options: WorkerPoolOptions, reasons: string): Promise<Error | null> {
  let message: string | null = null;
  try {
    const pool = await WorkerPool.start({
      ...options,
      workers: 1,
      config: { ...options.config, providers: ['cpu'] },
      check: (report) => {
        if (report.kind === 'failed' && report.isModelSuspect) message = report.message;
        options.check(report);
      },
      onReady: () => {},
    });
    await pool.release();
    return null;
  } catch (error) {
    // Its graph disagrees with the manifest.
    if (isOfModel(error)) return error;
    // If this machine cannot try it, for example for lack of memory, the model cannot be blamed.
    return message === null ? null : new ModelInvalidError(`The model can't be run: ${reasons}; ${message}`);
  }
}

function isOfModel(error: unknown): error is Error {
  return error instanceof ModelInvalidError && error.issues.length > 0;
}
