import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { MaskAction } from '../../src/api/records.js';
import { sessionSettings } from '../../src/protocol/session-settings.js';
import type { VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds } from '../../src/records/format/entry-layout.js';
import { jsonEntry } from '../../src/records/format/write-entry.js';
import type { SampleShares } from '../../src/records/host/recording.js';
import { recordsHookOf } from '../../src/records/host/records-hook.js';
import type { ResolvedFileSink } from '../../src/records/protocol.js';
import { ringMemory } from '../../src/records/ring/ring-memory.js';
import { RingReader } from '../../src/records/ring/ring-reader.js';
import { FileSink } from '../../workers/records/file-sink.js';
import { Masker } from '../../workers/records/masker.js';
import { projectPath } from './paths.js';

export const recordsKey = 'a key of more than 16 bytes';

const versionOf = (path: string): string => JSON.parse(readFileSync(projectPath(path), 'utf8')).version;

/** What the records say of this machine. */
export const runtimeHere = {
  package: versionOf('package.json'),
  node: process.versions.node,
  onnxruntime: versionOf('node_modules/onnxruntime-node/package.json'),
  cpuModel: cpus()[0]?.model.trim() || 'unknown',
  session: { ...sessionSettings },
};

export interface RecordingOptions {
  directory: string;
  format?: 'binary' | 'ndjson';
  gzip?: boolean;
  fields?: Record<string, MaskAction>;
  sample?: Partial<SampleShares>;
  runtime?: Partial<VersionContext['runtime']>;
  run?: string;
  /** A file is closed once it is larger. */
  maxFileBytes?: number;
}

export interface TestRecording {
  /** Writes what is in the ring. */
  drain(): void;
  /** Writes the rest and the end of the run. */
  end(): void;
}

/** Records a scorer's decisions with the parts that do so in production, without a thread of their own. */
export function recordTo(scorer: object, options: RecordingOptions): TestRecording {
  const log = recordsHookOf(scorer)?.log;
  if (log === undefined) throw new Error('not a scorer that can be recorded');
  const { directory, format = 'binary', gzip = false, run = '0123abcd', maxFileBytes = 2 ** 28 } = options;
  const sink: ResolvedFileSink = {
    ...{ kind: 'files', directory, format, gzip, maxFileBytes, maxFileMs: 3_600_000, flushMs: 20, fsync: 'never' },
    ...{ keepMs: Number.POSITIVE_INFINITY, keepBytes: Number.POSITIVE_INFINITY },
  };
  const fields: Record<string, MaskAction> = { '/id': 'hash', '/amount': 'remove', ...options.fields };
  const mask = { key: Buffer.from(recordsKey), fields };
  const ring = ringMemory(64 * 1024 * 1024);
  const target = new FileSink(sink, { ring, run, package: runtimeHere.package, sink, mask });
  const masker = new Masker(mask);
  const reader = new RingReader(ring);
  const sample = { APPROVE: 1, REVIEW: 1, BLOCK: 1, shadow: 1, ...options.sample };
  log.start({
    ...{ ring, onFull: 'drop-newest', sample, isUrgent: false, written: 0, bytes: 0, stalled: null },
    sendContext: (context) => {
      masker.addContext(context);
      target.addContext({ ...context, runtime: { ...runtimeHere, ...options.runtime } });
    },
    sendPolicy: (policy) => target.addPolicy(policy),
    find: () => null,
    close: () => Promise.resolve(),
  });
  const drain = (): void => {
    for (;;) {
      const entry = Buffer.alloc(4 * 1024 * 1024);
      const bytes = reader.take(entry, 0);
      if (bytes === 0) return;
      target.write([masker.apply(entry.subarray(0, bytes))]);
    }
  };
  return {
    drain,
    end: () => {
      drain();
      const { taken, dropped } = log.counts;
      target.write([jsonEntry(entryKinds.end, { written: taken - dropped, dropped }, { sequence: taken })]);
      target.close();
      log.stop();
    },
  };
}
