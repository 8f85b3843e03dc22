import { nuid } from '@nats-io/transport-node';
import type { HostLogger } from '../../../api/logger.js';
import { isLogger, loggerExpected } from '../../../host/host-logger.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { idExpected, isNodeId, isSubject, readSubject, subjectExpected } from '../fields.js';
import { defaultGroup } from '../subjects.js';
import { mostRows } from '../wire/kinds.js';

/** How much a scoring service takes at once. */
export interface ServiceLimits {
  /** Requests that may be in flight on this node. A message that would exceed it is refused at once as busy,
   * unless nothing is in flight: a message of more requests than this would never be taken otherwise. At least 1. @default 8_192 */
  maxInFlight?: number | undefined;
  /** The largest message, in bytes. At least 1_024. @default what the NATS server allows (`max_payload`) */
  maxMessageBytes?: number | undefined;
  /** Requests in one message, 1 to 4_096. @default 4_096 */
  maxRows?: number | undefined;
}

/** Options of `serveScoring`. */
export interface ServeScoringOptions {
  /** The subject of the service, without wildcards and spaces. @default 'fraud.score' */
  subject?: string | undefined;
  /** The queue group of the nodes. @default 'fraud-scorer' */
  group?: string | undefined;
  /** The node's id, unique in the fleet: letters, digits, `_` and `-`. @default a new random one */
  id?: string | undefined;
  /** The service's name in the NATS services API: letters, digits, `_` and `-`. @default 'fraud-scorer' */
  name?: string | undefined;
  /** The service's version in the NATS services API, as semantic versioning writes it. @default '1.0.0' */
  version?: string | undefined;
  limits?: ServiceLimits | undefined;
  /** @default none */
  logger?: HostLogger | undefined;
}

export interface ResolvedServiceOptions {
  subject: string;
  group: string;
  id: string;
  name: string;
  version: string;
  maxInFlight: number;
  /** null: what the server allows. */
  maxMessageBytes: number | null;
  maxRows: number;
  logger: HostLogger | undefined;
}

/** The name of the service in the services API, if nothing else is given. */
export const defaultServiceName = 'fraud-scorer';

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function readServiceOptions(options: ServeScoringOptions | undefined): ResolvedServiceOptions {
  const reader = new FieldReader(options);
  const limits = reader.nested('limits');
  const resolved: ResolvedServiceOptions = {
    subject: readSubject(reader),
    group: reader.value('group', subjectExpected, isSubject) ?? defaultGroup,
    id: reader.value('id', idExpected, isNodeId) ?? nuid.next(),
    name: reader.value('name', idExpected, isNodeId) ?? defaultServiceName,
    version: reader.value('version', 'a version such as 1.2.3', isVersion) ?? '1.0.0',
    maxInFlight: limits.number('maxInFlight', 8_192, { min: 1, integer: true }),
    maxMessageBytes: limits.has('maxMessageBytes')
      ? limits.number('maxMessageBytes', 0, { min: 1_024, integer: true, unit: 'bytes' })
      : null,
    maxRows: limits.number('maxRows', mostRows, { min: 1, max: mostRows, integer: true }),
    logger: reader.value('logger', loggerExpected, isLogger),
  };
  limits.knows('maxMessageBytes').rejectUnknown();
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^\d+\.\d+\.\d+([-+][\w.+-]+)?$/.test(value) && value.length <= 100;
}
