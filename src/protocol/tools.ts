/** What host and the tools' worker say to each other: `workers/` may import this file of `src/` too. */

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
 * How far the runtime optimises a graph. `basic`: constants and redundant nodes. `extended`: also fused nodes. `all`: also layouts of this kind of
 * processor, to which it ties the file.
 */
export type OptimizationLevel = 'basic' | 'extended' | 'all';

/** Saves the graph as the runtime optimises it. */
export interface OptimizeTask {
  kind: 'optimize';
  model: ModelFile;
  outPath: string;
  level: OptimizationLevel;
}

/** Runs two graphs of the same manifest on the same rows, and times them in turn. */
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

/** Where threads that are measured at the same time wait for one another. */
export interface RendezvousData {
  /** Shared; laid out as `rendezvousWords` says. */
  words: Int32Array<SharedArrayBuffer>;
  /** How many threads come. */
  parties: number;
}

/** How the words of a rendezvous are laid out: a flag, then for each meeting how many have come to it, and are through with it. */
export const rendezvousWords = {
  abandoned: 0,
  arrived: (meeting: number): number => 1 + 2 * meeting,
  finished: (meeting: number): number => 2 + 2 * meeting,
  count: (meetings: number): number => 1 + 2 * meetings,
};

/** More than ever come. */
const everybody = 1 << 20;

/** Lets nobody wait any more: one of the threads won't come. */
export function abandonRendezvous(words: Int32Array): void {
  Atomics.store(words, rendezvousWords.abandoned, 1);
  for (let word = rendezvousWords.arrived(0); word < words.length; word += 2) {
    // A thread that was about to wait finds another number there.
    Atomics.add(words, word, everybody);
    Atomics.notify(words, word);
  }
}

/** Measures one provider at batch sizes, the smallest first; as one of several sessions that run at the same time. */
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
  /** With `profileMeetings`. */
  rendezvous: RendezvousData;
  /** Whether this one looks at the memory, which is the same for all. */
  watchesMemory: boolean;
}

/** Where the sessions of a profile meet. */
export const profileMeetings = {
  /** Before they are opened. */
  opening: 0,
  /** Before the timed runs of a batch size, by its place in the list. */
  start: (size: number): number => 1 + 2 * size,
  /** After them, and after the look at the memory. */
  end: (size: number): number => 2 + 2 * size,
  count: (sizes: number): number => 1 + 2 * sizes,
};

/** What memory in use has grown by since before the sessions were opened, and all there is, in GiB. */
export interface MemoryUse {
  /** null where the system does not tell. */
  memoryGb: number | null;
  memoryTotalGb: number;
}

export interface ProfiledBatch {
  batchSize: number;
  /** Of each timed run, while the other sessions ran too. */
  durationsMs: number[];
  /** With those that only kept the others company. */
  runs: number;
  /** When the first of them began and the last ended, on the machine's monotonic clock. */
  startMs: number;
  endMs: number;
  /** null where it was not watched. */
  memory: MemoryUse | null;
}

export interface ProfileReport {
  /** Why the provider does not work here; null where it does. */
  unavailable: string | null;
  /** Whether that is because the device failed, after which nothing runs on it any more. */
  isDeviceLost: boolean;
  /** At the batch sizes that this session came to. */
  measured: ProfiledBatch[];
  /** The batch size that did not fit any more. */
  outOfMemoryAt: number | null;
}

/** Looks at what this machine has for the providers. */
export interface ProbeTask {
  kind: 'probe';
  providers: Provider[];
}

/** What brings a library: packages of NVIDIA's apt repository and of PyPI. */
export interface LibraryPackages {
  what: string;
  apt: string;
  pip: string;
}

/** A library of CUDA, cuDNN, TensorRT or the driver that a provider needs. */
export interface NeededLibrary {
  /** Its soname. */
  name: string;
  /** Why the loader can't load it; null where it can. */
  problem: string | null;
  /** Whether it is loaded only once an operator asks for it: many models do without. */
  isOptional: boolean;
  /** null for the driver's, which comes with none. */
  packages: LibraryPackages | null;
}

/** A GPU as nvidia-smi lists it. */
export interface Gpu {
  /** nvidia-smi's, which need not be CUDA's. */
  index: number;
  /** CUDA's id in this process; null where CUDA does not see it, or that can't be told. */
  device: number | null;
  name: string;
  driver: string;
  /** null where nvidia-smi does not tell. */
  memoryTotalGb: number | null;
  memoryUsedGb: number | null;
}

export interface GpuList {
  gpus: Gpu[];
  /** Why there is no list; null where there is. */
  problem: string | null;
}

export interface ProbedProvider {
  provider: Provider;
  /** Why it can't be used; null where nothing is said against it. */
  reason: string | null;
  /** Whether its files lie beside the runtime, of the runtime's version, or it is part of it. */
  isInstalled: boolean;
  /** The major version of CUDA that it is built for; null where it is not installed, or does not tell. */
  cudaVersion: 12 | 13 | null;
  libraries: NeededLibrary[];
}

export interface ProbeReport extends GpuList {
  /** Of onnxruntime-node. */
  runtimeVersion: string;
  /** Where it looks for providers; null where it can't be loaded. */
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
  /** Raw features, row after row; may be empty. */
  rows: Float32Array;
  /** Raw features of invented rows to try the model with, row after row. */
  trialRows: Float32Array;
}

export interface ScoredRows {
  /** Why the provider does not work here, or the model not on it; null where they do. */
  reason: string | null;
  /** What is to be known though it works: nodes that the provider left to the CPU. */
  note: string | null;
  /** null where the model could not be loaded. */
  graph: GraphDescription | null;
  /** Of each row; null where nothing was scored. */
  fraudProbability: Float32Array | null;
  riskScore: Float32Array | null;
  /** null where nothing was scored. */
  trial: TrialReport | null;
  /** What the device's used memory has grown by, all processes counted, in GiB; null where that can't be told. */
  deviceMemoryGb: number | null;
}

/** Loads a graph on the CPU, of which no manifest says anything yet, and runs it. */
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
}

export interface ReplayedBatches {
  /** float32 [rows, outputsPerRow], in the order of the rows; NaN where the runtime failed on the batch. */
  scores: Float32Array;
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

/** What each kind of task comes to. */
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

/** The largest differences between two graphs' outputs; null where the model does not have the output. */
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

/** Two graphs at one batch size: medians of runs taken in turn. */
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

/** What a task came to, or why it could not be done. */
export type ToolReply<K extends keyof ToolResults> = { result: ToolResults[K] } | { error: string; code: FailureCode };

/** What a worker of a tool says every second or so, unless it is inside a call that takes longer. */
export interface SignOfLife {
  kind: 'alive';
}
