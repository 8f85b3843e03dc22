import { createHmac } from 'node:crypto';
import type { MaskAction } from '../../api/records.js';

/** Hexadecimal digits of a hash: 128 bits, of which two are the same by chance once in 10³⁸. */
const hashDigits = 32;

/** The hash of a text or of a value's bytes. */
export function maskHash(key: Uint8Array, value: string | Uint8Array): string {
  return createHmac('sha256', key).update(value).digest('hex').slice(0, hashDigits);
}

/** An id as it is written; null where it is removed. */
export function maskedId(mask: { key: Uint8Array; fields: Record<string, MaskAction> }, id: string): string | null {
  const action = mask.fields['/id'] ?? 'keep';
  if (action === 'remove') return null;
  return action === 'hash' ? maskHash(mask.key, id) : id;
}
