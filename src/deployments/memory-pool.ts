import type { ManifestInput } from '../models/manifest.js';
import { textsOf } from '../protocol/input-texts.js';

/** The large pieces of memory that a version shares with its workers. */
export interface VersionMemory {
  /** The rows of requests and of lanes. */
  rows: SharedArrayBuffer;
  /** The areas of `scoreColumns`. */
  areas: SharedArrayBuffer;
  /** The lanes' attention weights. */
  attention: SharedArrayBuffer;
}

/**
 * Keeps the memory of the last version that has gone, for the next one that lays out its rows in the same way. New memory costs the host's
 * thread up to tens of milliseconds: once the C library has freed pieces of that size, it clears new ones at once instead of leaving that to
 * the system, and the JavaScript engine collects garbage where much memory is asked for.
 */
export class MemoryPool {
  #kept: { layout: string; memory: VersionMemory } | null = null;

  /** @param memory that no worker, and no request, can touch any more. What was kept before is let go. */
  keep(layout: string, memory: VersionMemory): void {
    this.#kept = { layout, memory };
  }

  /** @returns memory whose old contents are valid rows of the same layout; null where there is none. */
  take(layout: string): VersionMemory | null {
    if (this.#kept?.layout !== layout) return null;
    const { memory } = this.#kept;
    this.#kept = null;
    return memory;
  }
}

/**
 * Equal for two versions that can have the same memory: their rows are laid out in the same way, and a text's place, which a row holds in its
 * stead, is one of both.
 *
 * @param sizes of the memory.
 */
export function memoryLayoutOf(inputs: readonly ManifestInput[], sizes: readonly number[]): string {
  const values = inputs.map((input) => [input.size, input.type, input.type === 'string' ? textsOf(input) : null]);
  return JSON.stringify([sizes, values]);
}
