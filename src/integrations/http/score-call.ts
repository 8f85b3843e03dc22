import type { ScoreOptions } from '../../api/request.js';
import { HttpError } from './http-error.js';
import type { ResolvedRoutesOptions } from './options.js';
import type { HttpRequest } from './types.js';

/** What a deadline is like: a regular expression for JSON Schema too. */
export const deadlinePattern = '^([1-9][0-9]{0,8}([.][0-9]{1,9})?|0[.][0-9]{0,8}[1-9][0-9]{0,8})$';

const deadlineText = new RegExp(deadlinePattern);

/**
 * What a key in a header is like: a regular expression for JSON Schema too. Other characters than those of ASCII arrive garbled, and would be another key
 * than the same text elsewhere.
 */
export const keyPattern = '^[!-~]([ -~]{0,253}[!-~])?$';

const keyText = new RegExp(keyPattern);

/** What the headers say of a call of `score`. @throws {HttpError} where one of them is not as documented. */
export function scoreOptionsOf(
  { headers, signal }: Pick<HttpRequest, 'headers' | 'signal'>,
  { deadlineHeader, deadlineUnitMs, maxTimeoutMs, routingKeyHeader }: ResolvedRoutesOptions,
): ScoreOptions | undefined {
  const deadline = deadlineHeader === null ? undefined : headers[deadlineHeader];
  const routingKey = routingKeyHeader === null ? undefined : headers[routingKeyHeader];
  if (deadline === undefined && routingKey === undefined) return signal === undefined ? undefined : { signal };
  const options: ScoreOptions = { signal };
  if (deadline !== undefined) {
    options.timeoutMs = Math.min(
      numberOf(deadline, deadlineHeader ?? '', deadlineUnitMs) * deadlineUnitMs,
      maxTimeoutMs,
    );
  }
  if (routingKey !== undefined) options.routingKey = keyOf(routingKey, routingKeyHeader ?? '');
  return options;
}

function numberOf(value: string | readonly string[], name: string, unitMs: number): number {
  if (typeof value === 'string' && deadlineText.test(value)) return Number(value);
  const expected = unitMs === 1 ? 'milliseconds above 0, such as 250' : 'seconds above 0, such as 0.25';
  throw new HttpError('ERR_INVALID_HEADER', `${name}: expected a number of ${expected}`);
}

/** @throws {HttpError} where it is not one key. */
export function keyOf(value: string | readonly string[], name: string): string {
  if (typeof value === 'string' && keyText.test(value)) return value;
  throw new HttpError('ERR_INVALID_HEADER', `${name}: expected 1 to 255 printable characters of ASCII`);
}
