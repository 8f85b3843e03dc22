import { Buffer } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type { DecisionLogRecord } from '../../api/records.js';
import type { ReadEntriesOptions } from './read-entries.js';

const newline = 0x0a;

/**
 * The records of a file of lines. What is damaged is left out and told of: the last line, or the last piece of a compressed file, may be
 * cut where the process was killed.
 *
 * @throws {Error} where the file can't be read.
 */
export async function* readLines(
  path: string,
  isGzip: boolean,
  { onDamage, onBytes }: ReadEntriesOptions = {},
): AsyncGenerator<DecisionLogRecord> {
  let at = 0;
  let bad: { at: number; bytes: number } | null = null;
  let rest: Buffer = Buffer.alloc(0);
  const read = (line: Buffer): DecisionLogRecord | null => {
    if (bad !== null) onDamage?.({ path, ...bad, isTail: false });
    const record = parsed(line);
    bad = record === null && line.length > 0 ? { at, bytes: line.length } : null;
    at += line.length + 1;
    return record;
  };
  try {
    for await (const chunk of chunksOf(path, isGzip, onBytes)) {
      let from = 0;
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = bytes.indexOf(newline, rest.length); end >= 0; end = bytes.indexOf(newline, from)) {
        const record = read(bytes.subarray(from, end));
        from = end + 1;
        if (record !== null) yield record;
      }
      rest = bytes.subarray(from);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code !== 'Z_BUF_ERROR' && code !== 'Z_DATA_ERROR') throw error;
    // What came before is whole. Data that ends too early is what a killed process leaves.
    onDamage?.({ path, at, bytes: rest.length, isTail: code === 'Z_BUF_ERROR' });
    return;
  }
  if (rest.length > 0) {
    const record = read(rest);
    if (record !== null) yield record;
  }
  if (bad !== null) onDamage?.({ path, ...(bad as { at: number; bytes: number }), isTail: true });
}

async function* chunksOf(
  path: string,
  isGzip: boolean,
  onBytes: ReadEntriesOptions['onBytes'],
): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  file.on('data', (chunk) => onBytes?.(chunk.length));
  if (!isGzip) {
    yield* file as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = createGunzip();
  file.once('error', (error) => gunzip.destroy(error));
  try {
    yield* file.pipe(gunzip) as AsyncIterable<Buffer>;
  } finally {
    file.destroy();
  }
}

function parsed(line: Buffer): DecisionLogRecord | null {
  try {
    const record: unknown = JSON.parse(line.toString());
    const isRecord = typeof record === 'object' && record !== null && 'kind' in record && 'run' in record;
    return isRecord ? (record as DecisionLogRecord) : null;
  } catch {
    return null;
  }
}
