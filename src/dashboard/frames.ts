import { Buffer } from 'node:buffer';

/**
 * A frame of an event stream.
 *
 * @param data JSON text, or a value that becomes JSON without line ends. For `retry`: milliseconds until a browser connects again.
 */
export function frameOf(event: 'retry' | 'history' | 'snapshot', data: unknown, id?: string): Buffer {
  if (event === 'retry') return Buffer.from(`retry: ${String(data)}\n\n`);
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return Buffer.from(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${text}\n\n`);
}

/** @returns the number of the second in an id; null if the id is not from this instance. */
export function readEventId(id: string | undefined, instance: string): number | null {
  const [of, sequence, ...rest] = (id ?? '').split('.');
  if (of !== instance || rest.length > 0 || !/^\d{1,15}$/.test(sequence ?? '')) return null;
  return Number(sequence);
}
