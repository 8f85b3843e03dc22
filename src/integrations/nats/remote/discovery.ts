import { layoutOfText, type PackedLayout } from '../wire/layout.js';

/** What a node tells of itself. */
export interface FoundNode {
  id: string;
  subject: string;
  layout: PackedLayout | null;
}

/** The largest answer that is read, in bytes. */
const largest = 1_048_576;

/** @returns null if it is not the answer of a node of this service. */
export function readFoundNode(bytes: Uint8Array, subject: string): FoundNode | null {
  if (bytes.length > largest) return null;
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    if (typeof value !== 'object' || value === null || !('id' in value) || !('metadata' in value)) return null;
    const { id, metadata } = value;
    if (typeof id !== 'string' || typeof metadata !== 'object' || metadata === null) return null;
    const [service, node, layout]: unknown[] = ['subject', 'node', 'layout'].map((name) => Reflect.get(metadata, name));
    // Another service may have the same name.
    if (service !== subject || typeof node !== 'string' || !node.startsWith(`${subject}.node.`)) return null;
    // A subject that cannot be published to would make requests fail.
    if (!/^[^\s.*>]+$/.test(node.slice(`${subject}.node.`.length))) return null;
    return { id, subject: node, layout: typeof layout === 'string' ? layoutOfText(layout) : null };
  } catch {
    return null;
  }
}
