/**
 * What host and workers that score say to each other: types, layouts and constants. Of `src/` the workers import this folder, the types
 * of `api/` and `errors/issue.ts`, and of `host/` what tells that something has run out.
 */

import type { Provider, ProviderAttempt } from '../api/provider.js';
import type { Issue } from '../errors.js';
import type { GuardedData } from './guard.js';
import type { Calibration, OutputSpec } from './output-forms.js';
import type { InputType } from './row-layout.js';
import type { LineMemory } from './task-line.js';

export interface InputSpec {
  name: string;
  size: number;
  /** @default 'float32' */
  type?: InputType;
  /** Of a row. @default what the graph says where that fits the size, else [size] */
  shape?: readonly number[];
  mean?: number[];
  std?: number[];
  /** Of string inputs: for each feature the texts that a row's values are places in. */
  texts?: readonly (readonly string[])[];
  /** For each feature the raw value that stands for its absence in an explanation. @default its mean, or 0 */
  reference?: readonly number[];
}

/** What a worker must know of a manifest. */
export interface ModelSpec {
  inputs: InputSpec[];
  outputs: OutputSpec;
  /** Maps the score to a probability. */
  calibration?: Calibration;
  /** Whether rows may share a run, or each has one of its own. @default 'any' */
  batch?: 'any' | 'alone';
}

/**
 * Tasks that a worker holds at once: it begins with the second without a round trip. Batches of requests take the second place only under
 * backlog (`decideBatch`); chunks of columns, batches that are sent again and explanations take it at any time.
 */
export const tasksPerWorker = 2;

/**
 * The memory that host and workers share: a lane for each batch that may be in flight, in which the batch's rows lie one behind the
 * other. One more lane, behind the others, is for warming up: all workers write to it, and nobody reads it.
 */
export interface LaneMemory {
  /** Without the one for warming up. */
  lanes: number;
  maxBatchSize: number;
  /** Words of 4 bytes from one row of features to the next: see `RowLayout`. */
  stride: number;
  /** Words [lanes + 1, maxBatchSize, stride], from `lanesAt` on; what lies before is the host's own. */
  features: SharedArrayBuffer;
  /** In bytes. */
  lanesAt: number;
  /** float32 [lanes + 1, maxBatchSize, outputsPerRow] */
  outputs: SharedArrayBuffer;
  /** float32 [lanes + 1, maxBatchSize · the attention's own width], with room for `maxAttentionWidth`. */
  attention: SharedArrayBuffer;
}

/** The memory of chunks of columns: areas of `rows` rows each, as many as chunks may be in flight. */
export interface ColumnMemory {
  areas: number;
  rows: number;
  /** Words of 4 bytes that a row of features takes: see `RowLayout`. */
  rowSize: number;
  /** Words [areas, rows · the row's size] */
  features: SharedArrayBuffer;
  /** float32 [areas, rows · outputsPerRow] */
  outputs: SharedArrayBuffer;
}

/**
 * An ONNX file as the host has read and checked it. All workers share the one copy, and load no other: a worker that replaces another
 * months later does so from the same bytes, whatever has become of the file.
 */
export interface ModelFile {
  bytes: SharedArrayBuffer;
  /** Files that hold weights of the graph, read and checked likewise. */
  files: readonly WeightFile[];
}

export interface WeightFile {
  /** As the graph's tensors name it. */
  name: string;
  bytes: SharedArrayBuffer;
}

/** Everything a worker that scores is told when it starts. */
export interface WorkerConfig extends ModelSpec, GuardedData {
  model: ModelFile;
  /** In order of preference. */
  providers: Provider[];
  /** Operators of the graph that run on the CPU whatever the provider: where there are any, the CPU goes before the others. */
  cpuOperators: string[];
  /** The CUDA device's id. */
  device: number;
  memory: LaneMemory;
  columns: ColumnMemory;
  line: LineMemory;
  /** Raw features of invented rows to try the model with, row after row; null where it is known to be well. */
  trialRows: Float32Array | null;
  /** Raw features of some invented rows, likewise, to compare a session on a device with one on the CPU. */
  comparedRows: Float32Array;
  /** Raw features of the rows of `cases.json`, likewise; empty where there are none. */
  caseRows: Float32Array;
  /** Whether others' work goes before its own: a shadow's. */
  inBackground: boolean;
  /** Whether others serve while it loads: their work goes before its own until it is ready, where the system lets a thread do so. */
  isBesideOthers: boolean;
}

/** One batch: its rows are the first of its lane. */
export interface BatchTask {
  kind: 'batch';
  lane: number;
  rows: number;
}

/**
 * One chunk of columns. Its area holds the first input's rows one behind the other, then the second's, and so on; the outputs
 * likewise: probability [rows] first, then risk [rows].
 */
export interface ColumnsTask {
  kind: 'columns';
  area: number;
  rows: number;
}

/** Why a request that was scored has the score it has. */
export interface ExplainTask {
  kind: 'explain';
  /** Raw features of the row, as they lie in its memory. */
  features: Float32Array;
  of: 'probability' | 'risk';
}

export type WorkerTask = BatchTask | ColumnsTask | ExplainTask;

/** The runtime failed on a task. A worker that dies gives no reply at all. */
export interface TaskFailure {
  error: string;
  /** Whether the device failed, and not the runtime on what it was given. */
  ofDevice?: boolean;
}

/** The batch's outputs are in its lane. `threadId` is the worker's; it is not known of a batch that went as a task of Piscina's. */
export type BatchReply = { inferenceMs: number; provider: Provider; threadId?: number } | TaskFailure;

/** The most features that an explanation names. */
export const maxReasons = 4;

/** What one feature of the row, counted over all inputs, adds to the score's logit. */
export interface Contribution {
  column: number;
  contribution: number;
}

export type ExplainReply = { contributions: Contribution[] } | TaskFailure;

/** One input or output of the graph. A named or unknown axis is a string, a fixed one a number. */
export interface GraphValue {
  name: string;
  type: string;
  shape: (number | string)[];
}

export interface GraphDescription {
  inputs: GraphValue[];
  outputs: GraphValue[];
}

/** What a trial run of invented rows has shown. */
export interface TrialReport {
  /** What is wrong: the model must not be served. */
  issues: Issue[];
  /** What is not wrong but worth knowing. */
  notes: string[];
  /** What the rows of `cases.json` came to; null for one that the runtime failed on, and for a risk score that the model has not. */
  cases: ({ fraudProbability: number; riskScore: number | null } | null)[];
}

/** A worker has loaded its model and warmed up. */
export interface ReadyReport {
  kind: 'ready';
  threadId: number;
  provider: Provider;
  trials: ProviderAttempt[];
  graph: GraphDescription;
  /** Columns of the attention output; 0 where there is none. */
  attentionWidth: number;
  /** Where it was asked for. */
  trial?: TrialReport;
}

/**
 * Why a worker could not get ready, or a tool's task not be done: no provider works here, the runtime itself cannot be loaded, the model
 * can't be run, or something ran out.
 */
export type FailureCode =
  | 'ERR_PROVIDER_UNAVAILABLE'
  | 'ERR_RUNTIME_MISSING'
  | 'ERR_MODEL_INVALID'
  | 'ERR_OUT_OF_RESOURCES';

/** A worker could not get ready. */
export interface FailedReport {
  kind: 'failed';
  threadId: number;
  code: FailureCode;
  message: string;
  /** Whether a provider is there and fails for no reason of its own: the CPU could tell whether it is the model's fault. */
  isModelSuspect: boolean;
  /** The graph, where it could be loaded: the manifest may disagree with it. */
  graph: GraphDescription | null;
}

export type WorkerReport = ReadyReport | FailedReport;
