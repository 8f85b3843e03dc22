import type { Buffer } from 'node:buffer';
import { EntryView } from '../../src/records/format/entry-view.js';
import type { IndexBuilder } from './index-builder.js';

/**
 * Tells an index where the decisions of a frame are: those that labels are for, which shadows' are not.
 *
 * @param entry of decisions. @param at where its frame begins in the file, in bytes. @throws {RangeError} where it is damaged.
 */
export function indexFrame(index: IndexBuilder, entry: Buffer, at: number): void {
  const view = new EntryView(entry);
  if (view.head.role === 'shadow') return;
  const texts = view.texts();
  for (let row = 0; row < view.head.rows; row += 1) {
    const from = texts[2 * row] as number;
    const end = texts[2 * row + 1] as number;
    if (end > from) index.add(entry, from, end, { at: view.head.at, place: at / 8, row });
  }
}
