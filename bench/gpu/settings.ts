import type { Provider } from 'fraud-scorer';

/** What is measured, and with what. Plain JSON: it goes to the parts' processes. */
export interface GpuSettings {
  provider: Provider;
  /** The CUDA device's id. */
  device: number;
  /** The model directory. */
  model: string;
  /** A folder with a model directory's files and `cases.json`. */
  golden: string;
  /** A folder with the model directories `int64` and `float16`, each with a `reference.json`. */
  kinds: string;
  /** Sessions, a worker each, where a part does not vary them. */
  sessions: number;
  /** `maxBatchSize` of `score()`. */
  batchSize: number;
  /** `maxBatchSize` where columns are scored: their chunks have no deadline to keep. */
  columnBatchSize: number;
  soakSeconds: number;
  /** Workers of the CPU provider beside a GPU: the host's event loop keeps a core. */
  cpuWorkers: number;
}

/** Requests in flight where the scorer is saturated. */
export const outstanding = 4_096;

/** How many sessions share a device, where that is varied. */
export const sessionCounts = [1, 2, 4] as const;

/** How often an open loop looks at what is due. */
export const tickMs = 0.2;
