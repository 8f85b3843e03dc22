import type { HostLogger } from '../../../api/logger.js';
import type { Fallback } from '../../../api/policy.js';
import { isLogger, loggerExpected } from '../../../host/host-logger.js';
import { isDecision } from '../../../validation/decision.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { idExpected, isNodeId, readSubject } from '../fields.js';
import { defaultServiceName } from '../service/service-options.js';

/** Options of `RemoteScorer.connect`. */
export interface RemoteScorerOptions {
  /** The subject of the service. @default 'fraud.score' */
  subject?: string | undefined;
  /** The service's name in the NATS services API, by which its nodes are found. @default 'fraud-scorer' */
  name?: string | undefined;
  /**
   * Milliseconds after which a request is rejected with `ERR_DEADLINE_EXCEEDED`, whatever the network does; above 0. A node is told what is left
   * of it if it is given, here or in the call. Otherwise the `timeoutMs` of the node's own scorer holds there. @default 1_000
   */
  timeoutMs?: number | undefined;
  /**
   * How often a request is sent again, to another node: if its node is gone, busy, does not answer in time, or failed without deciding. A
   * request that is sent again may be scored twice. 0 to 10. @default 1
   */
  retries?: number | undefined;
  /** Answers in place of an error, as the option of the same name of `FraudScorer`. @default 'throw' */
  fallback?: Fallback | undefined;
  /** Requests that may be open at once. More are rejected with `ERR_QUEUE_FULL`; `scoreMany` waits. 1 to 1_000_000. @default 10_000 */
  maxOutstanding?: number | undefined;
  /** Requests in one message, 1 to 4_096. @default 256 */
  maxFrameRows?: number | undefined;
  /** Milliseconds between questions for the nodes that are there; at least 100. @default 1_000 */
  discoverEveryMs?: number | undefined;
  /** @default none */
  logger?: HostLogger | undefined;
}

export interface ResolvedRemoteOptions {
  subject: string;
  name: string;
  timeoutMs: number;
  /** The host gave it. */
  isTimeoutGiven: boolean;
  retries: number;
  fallback: Fallback;
  maxOutstanding: number;
  maxFrameRows: number;
  discoverEveryMs: number;
  logger: HostLogger | undefined;
}

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function readRemoteOptions(options: RemoteScorerOptions | undefined): ResolvedRemoteOptions {
  const reader = new FieldReader(options);
  const fallbackExpected = "'throw', 'APPROVE', 'REVIEW', 'BLOCK' or a function";
  const resolved: ResolvedRemoteOptions = {
    subject: readSubject(reader),
    name: reader.value('name', idExpected, isNodeId) ?? defaultServiceName,
    timeoutMs: reader.number('timeoutMs', 1_000, { above: 0, unit: 'milliseconds' }),
    isTimeoutGiven: reader.has('timeoutMs'),
    retries: reader.number('retries', 1, { min: 0, max: 10, integer: true }),
    fallback: reader.value('fallback', fallbackExpected, isFallback) ?? 'throw',
    maxOutstanding: reader.number('maxOutstanding', 10_000, { min: 1, max: 1_000_000, integer: true }),
    maxFrameRows: reader.number('maxFrameRows', 256, { min: 1, max: 4_096, integer: true }),
    discoverEveryMs: reader.number('discoverEveryMs', 1_000, { min: 100, max: 60_000, unit: 'milliseconds' }),
    logger: reader.value('logger', loggerExpected, isLogger),
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

function isFallback(value: unknown): value is Fallback {
  return value === 'throw' || typeof value === 'function' || isDecision(value);
}
