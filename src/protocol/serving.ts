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
  /** Shape of a row. @default the graph's shape if it fits the size, else [size] */
  shape?: readonly number[];
  mean?: number[];
  std?: number[];
  /** For string inputs: the texts of each feature. A row's values are indices into them. */
  texts?: readonly (readonly string[])[];
  /** For each feature the raw value that replaces it in an explanation. @default its mean, or 0 */
  reference?: readonly number[];
}

/** The parts of a manifest that a worker needs. */
export interface ModelSpec {
  inputs: InputSpec[];
  outputs: OutputSpec;
  /** Maps the score to a probability. */
  calibration?: Calibration;
  /** Whether rows may share a run, or each row needs its own run. @default 'any' */
  batch?: 'any' | 'alone';
}

/**
 * The most tasks that a worker holds. It begins the second without a round trip. Batches of requests take the second place only under
 * backlog (`decideBatch`). Chunks of columns, retried batches and explanations take it at any time.
 */
export const tasksPerWorker = 2;

/**
 * The memory that host and workers share. There is a lane for each batch in flight, which has the batch's rows one after the other. One
 * more lane, after the others, is for warming up: all workers write to it, and nobody reads it.
 */
export interface LaneMemory {
  /** Without the lane for warming up. */
  lanes: number;
  maxBatchSize: number;
  /** Words of 4 bytes from one row of features to the next: see `RowLayout`. */
  stride: number;
  /** Words [lanes + 1, maxBatchSize, stride], starting at `lanesAt`. The memory before that belongs to the host. */
  features: SharedArrayBuffer;
  /** Offset in bytes. */
  lanesAt: number;
  /** float32 [lanes + 1, maxBatchSize, outputsPerRow] */
  outputs: SharedArrayBuffer;
  /** float32 [lanes + 1, maxBatchSize · width of the attention], with room for `maxAttentionWidth`. */
  attention: SharedArrayBuffer;
  /** float32 [lanes + 1, maxBatchSize · width of the raw outputs], with room for `rawRoom`. */
  raw: SharedArrayBuffer;
  /** The most raw outputs of a row; 0 if the scores are what the graph gives. */
  rawRoom: number;
}

/** The memory for chunks of columns: one area of `rows` rows for each chunk in flight. */
export interface ColumnMemory {
  areas: number;
  rows: number;
  /** Words of 4 bytes per row of features: see `RowLayout`. */
  rowSize: number;
  /** Words [areas, rows · the row's size] */
  features: SharedArrayBuffer;
  /** float32 [areas, rows · outputsPerRow] */
  outputs: SharedArrayBuffer;
}

/**
 * An ONNX file as the host has read and checked it. All workers share this copy and load no other. So a replacement worker, even months
 * later, uses the same bytes, even if the file has changed.
 */
export interface ModelFile {
  bytes: SharedArrayBuffer;
  /** Files with weights of the graph, which were read and checked in the same way. */
  files: readonly WeightFile[];
}

export interface WeightFile {
  /** The name that the graph's tensors use. */
  name: string;
  bytes: SharedArrayBuffer;
}

/** The data that a scoring worker gets at its start. */
export interface WorkerConfig extends ModelSpec, GuardedData {
  model: ModelFile;
  /** In order of preference. */
  providers: Provider[];
  /** Operators of the graph that always run on the CPU. If there are any, the CPU is tried before the other providers. */
  cpuOperators: string[];
  /** The CUDA device id. */
  device: number;
  memory: LaneMemory;
  columns: ColumnMemory;
  line: LineMemory;
  /** Raw features of synthetic rows to try the model with, row after row; null if the model was already tried. */
  trialRows: Float32Array | null;
  /** Raw features of synthetic rows, to compare a session on a device with one on the CPU. */
  comparedRows: Float32Array;
  /** Raw features of the rows of `cases.json`; empty if there are none. */
  caseRows: Float32Array;
  /** Whether it runs at low priority, as a shadow's worker does. */
  inBackground: boolean;
  /**
   * Whether others serve while it loads. If so, it runs at low priority until it is ready, if the operating system allows that for a
   * thread.
   */
  isBesideOthers: boolean;
}

/** One batch. Its rows are the first rows of its lane. */
export interface BatchTask {
  kind: 'batch';
  lane: number;
  rows: number;
}

/**
 * One chunk of columns. Its area holds all rows of the first input, then all rows of the second, and so on. The outputs are stored in the
 * same way: probability [rows] first, then risk [rows].
 */
export interface ColumnsTask {
  kind: 'columns';
  area: number;
  rows: number;
}

/** Explains the score of a request that was scored. */
export interface ExplainTask {
  kind: 'explain';
  /** Raw features of the row, as they are stored in its memory. */
  features: Float32Array;
  of: 'probability' | 'risk';
}

export type WorkerTask = BatchTask | ColumnsTask | ExplainTask;

/** The runtime failed on a task. A worker that dies gives no reply at all. */
export interface TaskFailure {
  error: string;
  /** Whether the device failed, so that the task is not the cause. */
  ofDevice?: boolean;
}

/** The batch's outputs are in its lane. `threadId` is the worker's. It is not known for a batch that was sent as a Piscina task. */
export type BatchReply = { inferenceMs: number; provider: Provider; threadId?: number } | TaskFailure;

/** The most features that an explanation names. */
export const maxReasons = 4;

/** How much one feature of the row adds to the score's logit. Features are counted over all inputs. */
export interface Contribution {
  column: number;
  contribution: number;
}

export type ExplainReply = { contributions: Contribution[] } | TaskFailure;

/** One input or output of the graph. A named or unknown axis is a string, a fixed axis is a number. */
export interface GraphValue {
  name: string;
  type: string;
  shape: (number | string)[];
}

export interface GraphDescription {
  inputs: GraphValue[];
  outputs: GraphValue[];
}

/** The result of a trial run with synthetic rows. */
export interface TrialReport {
  /** Problems because of which the model must not be served. */
  issues: Issue[];
  /** Remarks that are not problems. */
  notes: string[];
  /**
   * The scores of the rows of `cases.json`. An entry is null if the runtime failed on that row. A risk score is null if the model has none.
   */
  cases: ({ fraudProbability: number; riskScore: number | null } | null)[];
}

/** A worker has loaded its model and warmed up. */
export interface ReadyReport {
  kind: 'ready';
  threadId: number;
  provider: Provider;
  trials: ProviderAttempt[];
  graph: GraphDescription;
  /** Columns of the attention output; 0 if there is none. */
  attentionWidth: number;
  /** Raw outputs of a row that it writes beside the scores. @default 0, if the scores are what the graph gives */
  rawWidth?: number;
  /** Present if a trial was requested. */
  trial?: TrialReport;
}

/**
 * Why a worker could not get ready, or a tool's task failed: no provider works here, the runtime cannot be loaded, the model cannot be run,
 * or a resource ran out.
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
  /** Whether a provider is present and fails without an obvious reason. Then a run on the CPU can show whether the model is the cause. */
  isModelSuspect: boolean;
  /** The graph, if it could be loaded, because the manifest may disagree with it. */
  graph: GraphDescription | null;
}

export type WorkerReport = ReadyReport | FailedReport;
