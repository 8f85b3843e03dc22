import { FrameError } from './frame-error.js';
import { extensions } from './odd-values.js';

const mostNested = 16;

/** The sizes of values that follow a type byte from 0xc4 on: the bytes of the length, and the bytes that are fixed. */
const fixedSizes: Readonly<Record<number, number>> = {
  192: 0,
  194: 0,
  195: 0,
  202: 4,
  203: 8,
  204: 1,
  205: 2,
  206: 4,
  207: 8,
  208: 1,
  209: 2,
  210: 4,
  211: 8,
};

/** The sizes of extensions whose type byte says them. */
const extensionSizes: Readonly<Record<number, number>> = { 212: 1, 213: 2, 214: 4, 215: 8, 216: 16 };

/**
 * Checks MessagePack before it is decoded: the decoder allocates what a list says that it has. Here no list or map may have more items than
 * bytes follow, and nothing may be nested deeply. Binary values, and extensions other than our own, are refused, as nobody sends them.
 *
 * @throws {FrameError}
 */
export function checkValue(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** How many values are still to come at each level. */
  const open = [1];
  let at = 0;
  const advance = (size: number): number => {
    const start = at;
    if (size > bytes.length - at) throw new FrameError('a value of the frame ends too early');
    at += size;
    return start;
  };
  const begin = (items: number): void => {
    if (items > bytes.length - at) throw new FrameError('a list in the frame is longer than the frame');
    if (open.length > mostNested) throw new FrameError('a value of the frame is nested too deeply');
    open.push(items);
  };
  const extension = (size: number): void => {
    const kind = bytes[advance(1)] as number;
    // What an object has is a value again.
    if (kind === extensions.object) begin(1);
    else if (kind === extensions.described || kind === extensions.absent) advance(size);
    else throw new FrameError('a value of the frame has an extension that is not known');
  };
  while (open.length > 0) {
    const left = open[open.length - 1] as number;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[open.length - 1] = left - 1;
    const type = bytes[advance(1)] as number;
    if (type < 0x80 || type >= 0xe0) continue;
    if (type < 0x90) begin(2 * (type & 0x0f));
    else if (type < 0xa0) begin(type & 0x0f);
    else if (type < 0xc0) advance(type & 0x1f);
    else if (type === 0xd9) advance(bytes[advance(1)] as number);
    else if (type === 0xda) advance(view.getUint16(advance(2)));
    else if (type === 0xdb) advance(view.getUint32(advance(4)));
    else if (type === 0xdc) begin(view.getUint16(advance(2)));
    else if (type === 0xdd) begin(view.getUint32(advance(4)));
    else if (type === 0xde) begin(2 * view.getUint16(advance(2)));
    else if (type === 0xdf) begin(2 * view.getUint32(advance(4)));
    else if (type === 0xc7) extension(bytes[advance(1)] as number);
    else if (type === 0xc8) extension(view.getUint16(advance(2)));
    else if (type === 0xc9) extension(view.getUint32(advance(4)));
    else if (type >= 0xd4 && type <= 0xd8) extension(extensionSizes[type] as number);
    else {
      const size = fixedSizes[type];
      if (size === undefined) throw new FrameError('a value of the frame has a type that is not used');
      advance(size);
    }
  }
  if (at < bytes.length) throw new FrameError('bytes are left behind a value of the frame');
}
