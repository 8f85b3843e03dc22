import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { frameKinds, frameVersion, magic } from './kinds.js';
import { readHead } from './request-frame.js';

/**
 * Why a node refuses a whole frame, before it scores any row of it. `busy`: too much is in flight. `draining`: the node is leaving. `layout`: its
 * inputs are others than the client knows; the detail describes them. `tooLarge`: the message is larger than the node takes. `malformed`: it
 * cannot be read.
 */
export const refusalKinds = ['busy', 'draining', 'layout', 'tooLarge', 'malformed'] as const;

/** Why a node refuses a whole message: see `ScoringServiceStats`. */
export type RefusalKind = (typeof refusalKinds)[number];

export interface Refusal {
  kind: RefusalKind;
  /** For people; for `layout` the description of the node's inputs. */
  detail: string;
}

export function refusalFrame({ kind, detail }: Refusal): Uint8Array {
  const writer = new ByteWriter(64 + 3 * detail.length);
  writer.u8(magic);
  writer.u8(frameVersion);
  writer.u8(frameKinds.refusal);
  writer.u8(refusalKinds.indexOf(kind));
  writer.text(detail);
  return writer.bytes();
}

/** Whether a reply is a refusal. `readRefusal` reads it. */
export function isRefusal(bytes: Uint8Array): boolean {
  return bytes[0] === magic && bytes[2] === frameKinds.refusal;
}

/** @throws {FrameError} if it is damaged. A kind that is not known here counts as malformed. */
export function readRefusal(bytes: Uint8Array): Refusal {
  const reader = new ByteReader(bytes);
  readHead(reader, frameKinds.refusal);
  const kind = refusalKinds[reader.u8()] ?? 'malformed';
  return { kind, detail: reader.text() };
}
