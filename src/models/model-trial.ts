import { ModelInvalidError } from '../errors.js';
import type { WorkerPoolOptions } from '../pool/pool-options.js';
import { WorkerPool } from '../pool/worker-pool.js';

/**
 * Whether a model that no asked-for provider could load or run is at fault itself: whether the CPU, which is always there, fails on it
 * too. One worker tries it, once, with all that the others did.
 *
 * @param options of the pool that could not start.
 * @param reasons of the providers.
 * @returns the error to tell the host of; null where the CPU runs it, or can't tell.
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
    // A machine that can't try it, for want of memory say, can't blame it.
    return message === null ? null : new ModelInvalidError(`The model can't be run: ${reasons}; ${message}`);
  }
}

function isOfModel(error: unknown): error is Error {
  return error instanceof ModelInvalidError && error.issues.length > 0;
}
