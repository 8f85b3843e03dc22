import type { NatsConnection } from '@nats-io/transport-node';
import { InvalidOptionsError, UnavailableError } from '../../errors.js';
import type { FieldReader } from '../../validation/field-reader.js';
import { describeValue } from '../../validation/issues.js';
import { defaultSubject } from './subjects.js';

// The options and names that the parts of this subpath have in common.

const longestSubject = 200;
const longestId = 64;

/** Reads the option `subject`. Its tokens have no wildcards, as a service has one subject. */
export function readSubject(reader: FieldReader): string {
  return reader.value('subject', subjectExpected, isSubject) ?? defaultSubject;
}

/** Describes a subject, for error messages. */
export const subjectExpected = `a NATS subject without wildcards and spaces, of at most ${longestSubject} characters`;

/** Whether messages can be published to it. */
export function isSubject(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestSubject && /^[^\s.*>\0]+(\.[^\s.*>\0]+)*$/.test(value);
}

/** What the id of a node is. It becomes a part of subjects. */
export const idExpected = `letters, digits, - and _, at most ${longestId} of them`;

export function isNodeId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= longestId && /^[\w-]+$/.test(value);
}

/**
 * @throws {InvalidOptionsError} if it is not a connection to NATS.
 * @throws {UnavailableError} if it is closed, or draining: then nothing can be subscribed any more.
 */
export function requireConnection(connection: unknown): asserts connection is NatsConnection {
  if (typeof connection === 'object' && connection !== null && 'subscribe' in connection && 'publish' in connection) {
    if (!hasEnded(connection)) return;
    throw new UnavailableError('The connection to NATS is closed, or will be: open another one');
  }
  const expected = 'a connection to NATS, from connect() of @nats-io/transport-node';
  throw new InvalidOptionsError([{ path: 'connection', expected, received: describeValue(connection) }]);
}

function hasEnded(connection: object): boolean {
  return ['isClosed', 'isDraining'].some((name) => {
    const method: unknown = Reflect.get(connection, name);
    return typeof method === 'function' && method.call(connection) === true;
  });
}
