import type { ErrorCode } from '../errors.js';
import type { DecisionPolicy } from './policy.js';
import type { Provider } from './provider.js';
import type { Decision, Reason, RiskLevel } from './result.js';

/** Which part a version had in a decision: the primary, a version that shares the traffic with it, or a shadow, whose answer no caller got. */
export type RecordRole = 'primary' | 'challenger' | 'shadow';

/** What becomes of a field of a record before it is written. */
export type MaskAction = 'keep' | 'hash' | 'remove';

/** Which fields of a record are written as they are. */
export interface MaskOptions {
  /** The key of the hashes (HMAC-SHA-256): at least 16 bytes. Needed where a field is hashed, as ids are by default. Keep it: labels are matched by the same hash. */
  key?: string | Uint8Array | undefined;
  /**
   * By JSON Pointer: `/id`, `/amount`, `/reasons`, `/attention`, `/features/<input>`, `/features/<input>/<column>` or `/features/<input>/<feature>`.
   * A record whose input is not kept cannot be replayed.
   *
   * @default { '/id': 'hash', '/amount': 'remove' }, all else is kept
   */
  fields?: Readonly<Record<string, MaskAction>> | undefined;
}

/** What happens to decisions while the sink is slower than the scorer. */
export type OnFull = 'block' | 'drop-oldest' | 'drop-newest';

/** When what was written is forced to the disk: never (the system decides), every so many milliseconds, or after each write. */
export type FsyncPolicy = 'never' | 'always' | { everyMs: number };

/** Files in a directory, which begin anew by size and age. */
export interface FileSinkOptions {
  /** Made where it is not there. Several processes may write to one. */
  directory: string;
  /** `binary`: compact, exact, for 100,000 decisions a second. `ndjson`: a line of JSON for each record. @default 'binary' */
  format?: 'binary' | 'ndjson' | undefined;
  /** Compresses lines of JSON. Not for the binary form. Labels find no decisions in compressed files. @default false */
  gzip?: boolean | undefined;
  /** A file is closed once it is larger, in bytes. @default 268435456 (256 MiB) */
  maxFileBytes?: number | undefined;
  /** A file is closed once it is older, in ms. @default 3600000 (an hour) */
  maxFileMs?: number | undefined;
  /** How long decisions may wait before they are written, in ms. @default 20 */
  flushMs?: number | undefined;
  /** @default { everyMs: 1000 } */
  fsync?: FsyncPolicy | undefined;
  /** Closed files that are older are deleted, in ms. @default Infinity */
  keepMs?: number | undefined;
  /** The oldest closed files are deleted while all files together are larger, in bytes. @default Infinity */
  keepBytes?: number | undefined;
}

/** Gets records as they would stand in a line of JSON, in their order. The next ones wait until it has settled. */
export type RecordsFunction = (records: readonly DecisionLogRecord[]) => void | Promise<void>;

/** Where records go: files, a function, or a stream that takes lines of JSON. */
export type RecordsSink = FileSinkOptions | RecordsFunction | NodeJS.WritableStream;

/** Parts of a decision record that can be left out. */
export type RecordField = 'id' | 'amount' | 'features' | 'attention' | 'reasons';

/** How decisions of a scorer are recorded. */
export interface RecordsOptions {
  sink: RecordsSink;
  /**
   * Which parts of a decision are recorded, beside the decision itself, its scores, model, policy, batch and times. A decision without `features` cannot be replayed.
   *
   * @default all of them, as `mask` leaves them
   */
  fields?: readonly RecordField[] | undefined;
  mask?: MaskOptions | undefined;
  /**
   * What happens while the sink is slower than the scorer, or stalls, once `bufferBytes` are full. `block`: batches wait, so that requests do, up to their deadlines,
   * and nothing that a model decided is missing. `drop-oldest`, `drop-newest`: decisions go unrecorded, which is counted and raises an alert.
   *
   * @default 'block'
   */
  onFull?: OnFull | undefined;
  /** Memory for decisions on their way to the sink, in bytes. @default 33554432 (32 MiB) */
  bufferBytes?: number | undefined;
  /** The share of the decisions that is recorded, in [0, 1]. @default all of them */
  sample?:
    | {
        APPROVE?: number | undefined;
        REVIEW?: number | undefined;
        BLOCK?: number | undefined;
        shadow?: number | undefined;
      }
    | undefined;
  /**
   * The path or file URL of the file that the recording thread runs, a copy of `fraud-scorer/records-worker` of the same version. Set it if your
   * bundler puts this package into your program. Any other file is refused.
   *
   * @default the package's own file
   */
  workerFile?: string | URL | undefined;
}

/** What has become of the decisions so far. */
export interface RecordsSummary {
  /** Of this process: stands in the id of each decision. */
  run: string;
  /** Records that the sink has taken. */
  written: number;
  /** Records that are on their way to it. */
  pending: number;
  /** Decisions that are not recorded because the sink was too slow. */
  dropped: number;
  /** Decisions that were left out by `sample`. */
  sampledOut: number;
  /** Bytes that the sink has taken, as written. */
  bytes: number;
  /** Files that were begun, and that were deleted because of their age or size. */
  files: number;
  deletedFiles: number;
  /** Why the sink takes nothing now, and since when (milliseconds since the epoch); null where it does. */
  stalled: { reason: string; since: number } | null;
}

/** A scorer's decisions being recorded. */
export interface DecisionRecorder {
  /** What has become of the decisions so far; cheap. */
  summary(): RecordsSummary;
  /**
   * Resolves once all decisions that were taken before are with the sink, and on the disk where it is one of files.
   *
   * @throws {RecordsNotDurableError} where the disk did not confirm something since the last flush, or the recording has ended before all was written.
   */
  flush(): Promise<void>;
  /** Writes what is left and stops recording. The scorer's `close` does the same. */
  close(): Promise<void>;
}

/** What every record has. */
interface RecordBase {
  /** Of the format. */
  schema: 1;
  /** The process that wrote it. */
  run: string;
  /** Counted over the run from 0, without a gap but for what was dropped or lost. */
  sequence: number;
  /** ISO 8601, UTC. */
  at: string;
}

/** A value of a feature: exact. Numbers that JSON has not are 'NaN', 'Infinity', '-Infinity' and '-0'; int64 values are decimal texts; null is masked. */
export type RecordedValue = number | string | boolean | null;

/** The model that decided, and what it ran on. */
export interface RecordedModel {
  name: string;
  version: string;
  /** Of the model file, in hexadecimal. */
  sha256: string;
  /** Of files with weights, by name. */
  files?: Record<string, string>;
  /** SHA-256, in hexadecimal, of what `model.json` says of inputs, outputs, calibration and batches. */
  manifest?: string;
}

/** What the model ran on: scores are the same to the last bit only where all of it is. */
export interface RecordedRuntime {
  /** Version of this package. */
  package: string;
  /** Version of Node.js. */
  node: string;
  /** Version of onnxruntime-node. */
  onnxruntime: string;
  provider: Provider | null;
  cpuModel: string;
  /** Options of the session, as given to the runtime. */
  session: Record<string, string | number | boolean>;
}

/**
 * What the graph gave for a row, under its name in `outputs` of `model.json`: exact float32 values, in the order of the columns. Numbers that JSON
 * has not are texts, as in `RecordedValue`.
 */
export interface RecordedRawOutputs {
  /** One for each class: the probability is a column of their softmax. */
  logits?: (number | string)[];
  /** The probability is its sigmoid. */
  logit?: (number | string)[];
  /** Before the calibration. */
  probability?: (number | string)[];
  /** One for each class. */
  probabilities?: (number | string)[];
  /** Before the calibration. */
  score?: (number | string)[];
}

/** A reason as it is recorded. */
export interface RecordedReason extends Omit<Reason, 'contribution'> {
  /** As in `Reason`. Absent where the mask hashes or removes the feature: its value could be computed from this number and the model. */
  contribution?: number;
}

/** One decision. */
export interface RecordedDecision extends RecordBase {
  kind: 'decision';
  /** `run-sequence`. */
  decisionId: string;
  /** The host's id: hashed, unless the mask says otherwise. */
  id?: string;
  role: RecordRole;
  /** The request's number among those of the run that shadows had copies of: the records of the shadow and of the version that answered have the same. */
  copy?: number;
  /** Which of the 1,024 buckets of routing keys it fell in, where versions share the traffic. */
  bucket?: number;
  model: RecordedModel;
  runtime: RecordedRuntime;
  policy: { hash: string } & DecisionPolicy;
  /** By input, in the order of the model's columns. Absent where the request was not read, or its input is masked. */
  features?: Record<string, RecordedValue[]>;
  /** JSON Pointers of what was removed. */
  masked?: string[];
  /** Hashes of what was hashed, by JSON Pointer. */
  hashed?: Record<string, string>;
  /** The batch that it was in: its number in the run, its rows, and which of them this was. Absent where it was in none. */
  batch?: { number: number; size: number; place: number };
  /** The scores as the policy compared them: float32, exact; null where the fallback decided. */
  fraudProbability: number | null;
  riskScore: number | null;
  /**
   * What the graph gave and `fraudProbability` was made of. Absent where the scores are what the graph gave: a probability, or one of two, without a
   * calibration; where the graph gives more than 64 numbers for a row; and where the fallback decided.
   */
  rawOutputs?: RecordedRawOutputs;
  attention?: number[];
  decision: Decision;
  decidedBy: 'policy' | 'host' | 'fallback';
  riskLevel: RiskLevel | null;
  reasons?: RecordedReason[];
  /** Why the fallback decided. */
  fallback?: { error: ErrorCode };
  amount?: number;
  timing: { queueMs: number | null; inferenceMs: number | null; totalMs: number };
  /** Where the request was traced. */
  trace?: { traceId: string; spanId: string };
}

/** A label. */
export interface RecordedOutcome extends RecordBase {
  kind: 'outcome';
  id?: string;
  isFraud: boolean;
  amount?: number;
  /** Whether it could be matched with a decision. */
  matched: boolean;
}

/** A call of `scoreColumns`: its rows are counted, not kept. */
export interface RecordedColumns extends RecordBase {
  kind: 'columns';
  model: RecordedModel;
  rows: number;
  decisions: Record<Decision, number>;
}

/** The end of a run that was closed. A run without one was killed, or still goes on. */
export interface RecordedEnd extends RecordBase {
  kind: 'end';
  written: number;
  dropped: number;
}

/** One record. */
export type DecisionLogRecord = RecordedDecision | RecordedOutcome | RecordedColumns | RecordedEnd;
