import { Decoder, Encoder } from '@msgpack/msgpack';
import { checkValue } from './check-value.js';
import { FrameError } from './frame-error.js';
import { oddValues, packing } from './odd-values.js';

// One of each for all values: to make one takes longer than a small value.
const encoder = new Encoder({ ...packing, extensionCodec: oddValues });
const decoder = new Decoder({ useBigInt64: true, extensionCodec: oddValues });

/**
 * A value of any form as MessagePack. Numbers stay numbers (−0 and NaN too), and bigints stay bigints. Typed arrays must be lists already, and
 * what has no form in MessagePack one of `odd-values`.
 */
export function packValue(value: unknown): Uint8Array {
  return encoder.encode(value);
}

/** @throws {FrameError} if the bytes are not a value that `packValue` makes. */
export function unpackValue(bytes: Uint8Array): unknown {
  checkValue(bytes);
  try {
    return decoder.decode(bytes);
  } catch {
    // The library's message may quote a name of the message.
    throw new FrameError('a value of the frame is not valid MessagePack');
  }
}
