import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { DecisionLogRecord } from '../../api/records.js';
import type { ReadEntriesOptions } from './read-entries.js';

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
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
  file.on('data', (chunk) => onBytes?.(chunk.length));
  let cut: Error | null = null;
  const gunzip = isGzip ? createGunzip() : null;
  file.once('error', (error) => gunzip?.destroy(error));
  // The end of a compressed file that was cut: what came before is whole.
  gunzip?.once('error', (error) => {
    cut = error;
    lines.close();
  });
  const stream = gunzip === null ? file : file.pipe(gunzip);
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let at = 0;
  let bad: { at: number; bytes: number } | null = null;
  for await (const line of lines) {
    const bytes = Buffer.byteLength(line) + 1;
    if (bad !== null) onDamage?.({ path, ...bad, isTail: false });
    bad = null;
    const record = parsed(line);
    if (record !== null) yield record;
    else if (line !== '') bad = { at, bytes };
    at += bytes;
  }
  if (bad !== null) onDamage?.({ path, ...bad, isTail: true });
  if (cut !== null) onDamage?.({ path, at, bytes: 0, isTail: cutAtEnd(cut) });
}

function cutAtEnd(error: NodeJS.ErrnoException): boolean {
  if (error.code?.startsWith('Z_') !== true) throw error;
  return error.code === 'Z_BUF_ERROR';
}

function parsed(line: string): DecisionLogRecord | null {
  try {
    const record: unknown = JSON.parse(line);
    const isRecord = typeof record === 'object' && record !== null && 'kind' in record && 'run' in record;
    return isRecord ? (record as DecisionLogRecord) : null;
  } catch {
    return null;
  }
}
