/** What host and the tools' worker say to each other: the other file of `src/` that `workers/` may import. */

import type { ModelFile, ModelSpec, ProviderName } from './protocol.js';

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

/** Measures one provider at batch sizes, the smallest first. */
export interface ProfileTask {
  kind: 'profile';
  spec: ModelSpec;
  model: ModelFile;
  provider: ProviderName;
  device: number;
  /** Raw features, row after row. */
  rows: Float32Array;
  batchSizes: number[];
  runs: number;
}

export interface ProfiledBatch {
  batchSize: number;
  latencyMs: { mean: number; p50: number; p99: number };
  memoryGb: number;
  memoryTotalGb: number;
}

export interface ProfileReport {
  /** Why the provider does not work here; null where it does. */
  unavailable: string | null;
  measured: ProfiledBatch[];
  /** The batch size that did not fit any more. */
  outOfMemoryAt: number | null;
}

export type ToolTask = OptimizeTask | CompareTask | ProfileTask;

/** What each kind of task comes to. */
export interface ToolResults {
  optimize: null;
  compare: Comparison;
  profile: ProfileReport;
}

/** The largest differences between two graphs' outputs; null where the model does not have the output. */
export interface OutputDifferences {
  /** Absolute. */
  fraudProbability: number;
  /** Absolute. */
  riskScore: number | null;
  /** |a − b| / max(1, |a|). */
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

/** What a task came to; an error's message is passed as such. */
export type ToolReply<K extends keyof ToolResults> = { result: ToolResults[K] } | { error: string };
