import { Buffer } from 'node:buffer';
import type { FileHeader, PolicyContext, VersionContext } from '../../src/records/format/contexts.js';
import { entryKinds, headFields } from '../../src/records/format/entry-layout.js';
import { frameHead, frameKinds } from '../../src/records/format/frames.js';
import { jsonEntry } from '../../src/records/format/write-entry.js';
import type { IndexBuilder } from './index-builder.js';
import { indexFrame } from './index-frame.js';

/** Turns masked entries into the bytes of one file. */
export interface Encoder {
  readonly extension: string;
  /** What a new file begins with. */
  begin(header: FileHeader): Buffer;
  /** @param at where the bytes will begin in the file. @param index is told where the context is. */
  context(context: VersionContext, at: number, index: IndexBuilder): Buffer;
  policy(policy: PolicyContext): Buffer;
  /** @param at where the bytes will begin in the file. @param index is told where decisions are. @returns valid up to the call after `seal`. */
  entry(entry: Buffer, at: number, index: IndexBuilder): readonly Buffer[];
  /** Ends what was encoded since the last call. @returns what is written to the file, in one go. */
  seal(pieces: readonly Buffer[]): readonly Buffer[];
  /** Forgets what was encoded since the last `seal`: an entry could not be. */
  discard(): void;
}

/**
 * Frames: see `frames.ts`. What all else in a file depends on, its header, contexts and policies, stands in it twice, so that a damaged byte
 * costs one batch at most.
 */
export class BinaryEncoder implements Encoder {
  readonly extension = 'fsr';

  begin(header: FileHeader): Buffer {
    const text = Buffer.from(JSON.stringify(header));
    const payload = Buffer.alloc((text.length + 7) & ~7, ' ');
    text.copy(payload);
    return twice(payload, frameKinds.header);
  }

  context(context: VersionContext, at: number, index: IndexBuilder): Buffer {
    index.addContext(context.number, at / 8);
    return twice(jsonEntry(entryKinds.context, context), frameKinds.entry);
  }

  policy(policy: PolicyContext): Buffer {
    return twice(jsonEntry(entryKinds.policy, policy), frameKinds.entry);
  }

  entry(entry: Buffer, at: number, index: IndexBuilder): readonly Buffer[] {
    if (entry.readUInt32LE(headFields.kind) === entryKinds.decisions) indexFrame(index, entry, at);
    return [frameHead(entry, frameKinds.entry), entry];
  }

  seal(pieces: readonly Buffer[]): readonly Buffer[] {
    return pieces;
  }

  discard(): void {}
}

function twice(payload: Buffer, kind: number): Buffer {
  const head = frameHead(payload, kind);
  return Buffer.concat([head, payload, head, payload]);
}
