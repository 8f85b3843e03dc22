/** The messages between the host and the tools' worker. `workers/` may import this file too. */

import type { Provider } from '../api/provider.js';
import type { GraphRun, GraphRunReport } from './graph-run.js';
import type {
  Contribution,
  ExplainTask,
  FailureCode,
  GraphDescription,
  ModelFile,
  ModelSpec,
  TrialReport,
} from './serving.js';

/**
 * How far the runtime optimises a graph. `basic`: constants and redundant nodes. `extended`: also fused nodes. `all`: also memory layouts
 * for this kind of processor, so that the file only suits such processors.
 */
export type OptimizationLevel = 'basic' | 'extended' | 'all';

/** Saves the graph in the form that the runtime optimises it to. */
export interface OptimizeTask {
  kind: 'optimize';
  model: ModelFile;
  outPath: string;
  level: OptimizationLevel;
}

/** Runs two graphs of the same manifest on the same rows, and times them alternately. */
export interface CompareTask {
  kind: 'compare';
  spec: ModelSpec;
  original: ModelFile;
  optimized: ModelFile;
  /** Raw features, row after row. */
  rows: Float32Array;
  batchSizes: number[];
  /** Timed runs of each graph at each batch size. */
  runs: number;
}

/** A meeting point at which threads that are measured together wait for each other. */
export interface RendezvousData {
  /** Shared words, laid out as `rendezvousWords` says. */
  words: Int32Array<SharedArrayBuffer>;
  /** The number of threads. */
  parties: number;
}

/** The layout of a rendezvous: a flag, then for each meeting how many threads have arrived and how many have left. */
export const rendezvousWords = {
  abandoned: 0,
  arrived: (meeting: number): number => 1 + 2 * meeting,
  finished: (meeting: number): number => 2 + 2 * meeting,
  count: (meetings: number): number => 1 + 2 * meetings,
};

/** More threads than ever arrive. */
const everybody = 1 << 20;

/** Stops all waiting, because one of the threads will not come. */
export function abandonRendezvous(words: Int32Array): void {
  Atomics.store(words, rendezvousWords.abandoned, 1);
  for (let word = rendezvousWords.arrived(0); word < words.length; word += 2) {
    // A thread that was about to wait then finds another number and does not wait.
    Atomics.add(words, word, everybody);
    Atomics.notify(words, word);
  }
}

/** Measures one provider at several batch sizes, the smallest first. It may be one of several sessions that run at the same time. */
export interface ProfileTask {
  kind: 'profile';
  spec: ModelSpec;
  model: ModelFile;
  provider: Provider;
  device: number;
  /** Raw features, row after row. */
  rows: Float32Array;
  batchSizes: number[];
  runs: number;
  /** Uses the meetings of `profileMeetings`. */
  rendezvous: RendezvousData;
  /** Whether this session measures the memory, which is the same for all. */
  watchesMemory: boolean;
}

/** The meetings of a profile's sessions. */
export const profileMeetings = {
  /** Before the sessions are opened. */
  opening: 0,
  /** Before the timed runs of a batch size, by its index in the list. */
  start: (size: number): number => 1 + 2 * size,
  /** After the timed runs and the memory measurement. */
  end: (size: number): number => 2 + 2 * size,
  count: (sizes: number): number => 1 + 2 * sizes,
};

/** How much the used memory has grown since before the sessions were opened, and the total, in GiB. */
export interface MemoryUse {
  /** null if the system does not report it. */
  memoryGb: number | null;
  memoryTotalGb: number;
}

export interface ProfiledBatch {
  batchSize: number;
  /** The duration of each timed run. The other sessions ran at the same time. */
  durationsMs: number[];
  /** All runs, including those that only kept the load up for the others. */
  runs: number;
  /** When the first run began and the last ended, on the machine's monotonic clock. */
  startMs: number;
  endMs: number;
  /** null if it was not measured. */
  memory: MemoryUse | null;
}

export interface ProfileReport {
  /** Why the provider does not work here; null if it works. */
  unavailable: string | null;
  /** Whether the reason is that the device failed. After that, nothing runs on it. */
  isDeviceLost: boolean;
  /** The results of the batch sizes that this session reached. */
  measured: ProfiledBatch[];
  /** The first batch size that did not fit into memory. */
  outOfMemoryAt: number | null;
}

/** Examines what this machine has for the providers. */
export interface ProbeTask {
  kind: 'probe';
  providers: Provider[];
}

/** The packages that install a library, from NVIDIA's apt repository and PyPI. */
export interface LibraryPackages {
  what: string;
  apt: string;
  pip: string;
}

/** A library of CUDA, cuDNN, TensorRT or the driver that a provider needs. */
export interface NeededLibrary {
  /** Its soname. */
  name: string;
  /** Why the loader cannot load it; null if it can. */
  problem: string | null;
  /** Whether only some operators need it. Many models work without it. */
  isOptional: boolean;
  /** null for the driver's library, which no package installs. */
  packages: LibraryPackages | null;
}

/** A GPU as nvidia-smi lists it. */
export interface Gpu {
  /** The index of nvidia-smi, which may differ from CUDA's. */
  index: number;
  /** CUDA's id in this process; null if CUDA does not see the GPU, or if it is not known. */
  device: number | null;
  name: string;
  driver: string;
  /** null if nvidia-smi does not report it. */
  memoryTotalGb: number | null;
  memoryUsedGb: number | null;
}

export interface GpuList {
  gpus: Gpu[];
  /** Why there is no list; null if there is one. */
  problem: string | null;
}

export interface ProbedProvider {
  provider: Provider;
  /** Why it cannot be used; null if no reason is known. */
  reason: string | null;
  /** Whether its files are next to the runtime and have the runtime's version, or it is part of the runtime. */
  isInstalled: boolean;
  /** The major version of CUDA that it was built for; null if it is not installed, or not known. */
  cudaVersion: 12 | 13 | null;
  libraries: NeededLibrary[];
}

export interface ProbeReport extends GpuList {
  /** The version of onnxruntime-node. */
  runtimeVersion: string;
  /** Where the runtime looks for providers; null if it cannot be loaded. */
  runtimeDirectory: string | null;
  providers: ProbedProvider[];
}

/** Scores rows on one provider. */
export interface ScoreTask {
  kind: 'score';
  spec: ModelSpec;
  model: ModelFile;
  provider: Provider;
  device: number;
  /** Raw features, row after row. May be empty. */
  rows: Float32Array;
  /** Raw features of synthetic rows to try the model with, row after row. */
  trialRows: Float32Array;
}

export interface ScoredRows {
  /** Why the provider does not work here, or the model does not work on it; null if both work. */
  reason: string | null;
  /** A remark about a provider that works: nodes that it left to the CPU. */
  note: string | null;
  /** null if the model could not be loaded. */
  graph: GraphDescription | null;
  /** One value per row; null if nothing was scored. */
  fraudProbability: Float32Array | null;
  riskScore: Float32Array | null;
  /** null if nothing was scored. */
  trial: TrialReport | null;
  /** How much the device's used memory has grown over all processes, in GiB; null if it is not known. */
  deviceMemoryGb: number | null;
}

/** Loads a graph that has no manifest yet on the CPU, and runs it. */
export interface RunGraphTask {
  kind: 'run';
  model: ModelFile;
  runs: GraphRun[];
}

/** A model that a worker loads when it first meets its key, on the CPU, and keeps until it ends. */
export interface KeptModel {
  key: number;
  spec: ModelSpec;
  file: ModelFile;
}

/** Runs batches as a serving worker does: each in a run of its own, of as many rows as it has. */
export interface ReplayTask {
  kind: 'replay';
  model: KeptModel;
  /** Rows of each batch. */
  sizes: readonly number[];
  /** Raw rows of all batches, one behind the other, each as long as the stride of the model's `RowLayout`. Shared memory is not copied. */
  features: Float32Array;
  /** Whether the attention of the rows is wanted, where the model has it. */
  attention: boolean;
}

export interface ReplayedBatches {
  /** float32 [rows, outputsPerRow], in the order of the rows; NaN where the runtime failed on the batch. */
  scores: Float32Array;
  /** float32 [rows, attentionWidth] likewise; null where it was not wanted, or the model has none. */
  attention: Float32Array | null;
  /** Columns of the attention; 0 where there is none. */
  attentionWidth: number;
  /** float32 [rows, rawWidth], likewise: what the graph gave. */
  raw: Float32Array;
  /** 0 where the scores are what the graph gave. */
  rawWidth: number;
  /** The batches, by their place in the task, on which the runtime failed. */
  failed: number[];
}

/** Explains a score of a row as a serving worker does. */
export interface ExplainRowTask {
  kind: 'explain-row';
  model: KeptModel;
  /** Raw features of the row, as they lay in its memory. */
  features: Float32Array;
  of: ExplainTask['of'];
}

export type ToolTask =
  | OptimizeTask
  | CompareTask
  | ProfileTask
  | ProbeTask
  | ScoreTask
  | RunGraphTask
  | ReplayTask
  | ExplainRowTask;

/** The result type of each kind of task. */
export interface ToolResults {
  optimize: null;
  compare: Comparison;
  profile: ProfileReport;
  probe: ProbeReport;
  score: ScoredRows;
  run: GraphRunReport;
  replay: ReplayedBatches;
  'explain-row': Contribution[];
}

/** The largest differences between two graphs' outputs; null if the model does not have the output. */
export interface OutputDifferences {
  /** Absolute. */
  fraudProbability: number;
  /** Absolute. */
  riskScore: number | null;
  /** Of a logit or logits, |a − b| / max(1, |a|). */
  logits: number | null;
  /** Absolute. */
  attention: number | null;
}

/** Two graphs at one batch size: medians of alternating runs. */
export interface PairTiming {
  batchSize: number;
  originalMs: number;
  optimizedMs: number;
}

export interface Comparison {
  differences: OutputDifferences;
  timings: PairTiming[];
  loadMs: { original: number; optimized: number };
}

/** The result of a task, or why it failed. */
export type ToolReply<K extends keyof ToolResults> = { result: ToolResults[K] } | { error: string; code: FailureCode };

/** A message that a tool's worker sends about every second, unless it is inside a call that takes longer. */
export interface SignOfLife {
  kind: 'alive';
}
