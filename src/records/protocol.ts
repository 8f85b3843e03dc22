/** What the host and the records worker say to each other. */
import type { DecisionLogRecord, FsyncPolicy, MaskAction } from '../api/records.js';
import type { PolicyContext, VersionContext } from './format/contexts.js';
import type { RingMemory } from './ring/ring-memory.js';

/** Files, complete and valid. */
export interface ResolvedFileSink {
  kind: 'files';
  /** Absolute. */
  directory: string;
  format: 'binary' | 'ndjson';
  gzip: boolean;
  maxFileBytes: number;
  maxFileMs: number;
  flushMs: number;
  fsync: FsyncPolicy;
  /** `Infinity`: for ever. */
  keepMs: number;
  keepBytes: number;
}

/** A function or a stream of the host's, which gets lines of JSON. */
export interface HostSink {
  kind: 'host';
  flushMs: number;
}

/** What becomes of fields. */
export interface ResolvedMask {
  /** Of HMAC-SHA-256; empty where nothing is hashed. */
  key: Uint8Array;
  /** By JSON Pointer, `/id` and `/amount` included. */
  fields: Record<string, MaskAction>;
}

/** What the worker is told when it starts. */
export interface RecordsWorkerData {
  ring: RingMemory;
  run: string;
  /** Version of this package. */
  package: string;
  sink: ResolvedFileSink | HostSink;
  mask: ResolvedMask;
}

/** What a thread of the same file is told that only writes the indexes that are missing, and then ends. */
export interface IndexWorkerData {
  kind: 'index';
  /** Absolute. */
  directory: string;
  /** Of this process: its files are left alone. */
  run: string;
}

/** What that thread says at its end. */
export interface FromIndexWorker {
  kind: 'indexed';
  /** How many indexes it wrote. */
  files: number;
}

/** What the host says. `token` comes back with the answer. */
export type ToRecordsWorker =
  | { kind: 'context'; context: VersionContext }
  | { kind: 'policy'; policy: PolicyContext }
  /** Write all that was in the ring when this was sent, to the disk where there are files. */
  | { kind: 'flush'; token: number }
  /** The same, then the end of the run; then the thread ends. `dropped`: decisions that were not recorded. `sequence`: of the end's own record. */
  | { kind: 'close'; token: number; dropped: number; sequence: number };

/** What the worker says. */
export type FromRecordsWorker =
  /** `version`: of the package that the thread's file is of. */
  | { kind: 'ready'; version: string }
  /** It can't begin: the directory can't be made, say. */
  | { kind: 'failed'; message: string }
  /** `failure`: why what was written may not outlast the machine, in a few words; null where it does. */
  | { kind: 'flushed'; token: number; failure: string | null }
  | { kind: 'closed'; token: number; failure: string | null }
  /** The sink takes nothing, as the disk is full, say, and is tried again each second; or something that it has taken may be lost. */
  | { kind: 'stalled'; reason: string }
  | { kind: 'flowing' }
  /** For a sink of the host's: records in their order. The host adds 1 to the ring's count `handed` once it has taken them. */
  | { kind: 'records'; records: DecisionLogRecord[] };

/** So many messages with records may be with the host. */
export const mostHanded = 4;
