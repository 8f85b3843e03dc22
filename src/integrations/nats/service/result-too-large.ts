import { InferenceError } from '../../../errors.js';

/** The caller is told, and does not wait for a result that no message can hold. */
export function resultTooLarge(bytes: number, maxBytes: number): InferenceError {
  return new InferenceError(`The result takes ${bytes} bytes, and a message of the NATS server at most ${maxBytes}`);
}
