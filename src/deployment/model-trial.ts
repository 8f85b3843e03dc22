import { ModelInvalidError, WorkerLostError } from '../errors.js';
import { ToolWorker } from '../tools/tool-worker.js';
import { fileOf, type ModelDirectory } from './model-directory.js';

/**
 * Whether a model that no asked-for provider could load or run is at fault itself: whether the CPU, which is always there, fails on it
 * too. One worker tries it, once.
 *
 * @param reasons of the providers.
 * @returns the error to tell the host of; null where the CPU runs it, or can't tell.
 */
export async function faultOfModel(directory: ModelDirectory, reasons: string): Promise<ModelInvalidError | null> {
  const { inputs, outputs } = directory.manifest;
  const spec = { inputs, outputs };
  try {
    const worker = new ToolWorker();
    try {
      const task = { kind: 'score', spec, model: fileOf(directory), provider: 'cpu', device: 0 } as const;
      const { reason, isModelSuspect } = await worker.run({ ...task, rows: new Float32Array(0) });
      if (reason === null || !isModelSuspect) return null;
      return new ModelInvalidError(`The model can't be run: ${reasons}; cpu: ${reason}`);
    } finally {
      await worker.close();
    }
  } catch (error) {
    // A machine that can't try it can't blame it.
    if (error instanceof WorkerLostError) return null;
    throw error;
  }
}
