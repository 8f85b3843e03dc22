import { shownName } from '../../../errors/foreign-names.js';
import { InvalidRequestError } from '../../../errors.js';
import { packValue } from '../wire/values.js';

/**
 * The error of a request that takes too many bytes. It names the field that takes most of them; none if it is the number of fields.
 *
 * @param value the request as it would be sent. @param bytes what it takes.
 */
export function tooLarge(value: unknown, bytes: number, maxBytes: number): InvalidRequestError {
  let path = 'request';
  const largest = largestField(value, bytes);
  if (largest !== null) {
    const within = largest.name === 'features' ? largestField(largest.field, bytes) : null;
    path = within === null ? shownName(largest.name) : `features.${shownName(within.name)}`;
  }
  const expected = `a request of at most ${maxBytes} bytes, so that a message can hold it`;
  return new InvalidRequestError([{ path, expected, received: `one of ${bytes} bytes` }]);
}

/** The field that takes more than half of the bytes. */
function largestField(value: unknown, bytes: number): { name: string; field: unknown } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  for (const [name, field] of Object.entries(value)) {
    if (2 * packValue(field).length > bytes) return { name, field };
  }
  return null;
}
