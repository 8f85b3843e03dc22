import { InvalidOptionsError } from '../../errors.js';
import { FieldReader } from '../../validation/field-reader.js';
import { describeValue } from '../../validation/issues.js';
import type { TextOptions } from '../prometheus/types.js';
import type { DashboardOptions } from './dashboard-options.js';
import { defaultTypeBase } from './problem.js';
import type { Authorize, HttpScorer } from './types.js';

/** How many answers to an `Idempotency-Key` are kept, and how long. */
export interface IdempotencyOptions {
  /** Answers that are kept; the oldest go first. 1 to 1,000,000. @default 10_000 */
  maxEntries?: number | undefined;
  /** Bytes that the answers take, about; the oldest go first. 1 or more. @default 67_108_864 */
  maxBytes?: number | undefined;
  /** Milliseconds that an answer is kept; above 0. @default 600_000 */
  ttlMs?: number | undefined;
}

/** Options of `createScoringRoutes`, which all adapters take too. */
export interface ScoringRoutesOptions {
  /** The path before every route, such as `/fraud`. Adapters that are mounted at a path leave it out. @default none */
  prefix?: string | undefined;
  /**
   * The header by which a client says how long it waits: seconds, with decimals; milliseconds where its name ends in `-ms`. `false` looks at
   * none. @default 'Request-Timeout'
   */
  deadlineHeader?: string | false | undefined;
  /** The longest that a client may ask for, in milliseconds; above 0. @default 60_000 */
  maxTimeoutMs?: number | undefined;
  /** The header with the routing key; `false` looks at none. @default 'X-Routing-Key' */
  routingKeyHeader?: string | false | undefined;
  /** The most bytes of a body, and of a line of a stream; 1 to 1 GiB. @default 1_048_576 */
  maxBodyBytes?: number | undefined;
  /** The most bytes of the body of a batch; 1 to 1 GiB. @default 4_194_304 */
  maxBatchBytes?: number | undefined;
  /** The most requests of a batch, and labels of one call; 1 to 100,000. @default 1_000 */
  maxBatchSize?: number | undefined;
  /** Lines of a stream that are scored, or wait to be read by the client, at the same time; 1 to 10,000. @default 256 */
  maxStreamInFlight?: number | undefined;
  /** Milliseconds for the body of a request to arrive, streams excepted; above 0. Of bodies that the routes read themselves. @default 10_000 */
  bodyTimeoutMs?: number | undefined;
  /** Answers POST `/score` with the same `Idempotency-Key` from a cache in memory. `false` does not look at it. @default on */
  idempotency?: IdempotencyOptions | false | undefined;
  /** Guards the routes. The routes of deployments are there only with it. @default everybody may use every route */
  authorize?: Authorize | undefined;
  /** Adds GET `/metrics`, for Prometheus. @default false */
  metrics?: boolean | TextOptions | undefined;
  /** Adds GET `/dashboard`, the live page. @default false */
  dashboard?: boolean | DashboardOptions | undefined;
  /** Adds the routes of deployments, where `authorize` is given. @default true */
  deployments?: boolean | undefined;
  /** What `type` of problems begins with. @default the documentation of this package */
  problemTypeBase?: string | undefined;
}

/** Complete and valid. */
export interface ResolvedRoutesOptions {
  /** Without a slash at its end; empty for none. */
  prefix: string;
  /** In small letters; null for none. */
  deadlineHeader: string | null;
  /** Milliseconds a unit of the header. */
  deadlineUnitMs: number;
  maxTimeoutMs: number;
  routingKeyHeader: string | null;
  maxBodyBytes: number;
  maxBatchBytes: number;
  maxBatchSize: number;
  maxStreamInFlight: number;
  bodyTimeoutMs: number;
  idempotency: { maxEntries: number; maxBytes: number; ttlMs: number } | null;
  authorize: Authorize | null;
  metrics: TextOptions | null;
  dashboard: DashboardOptions | null;
  deployments: boolean;
  problemTypeBase: string;
}

const mostBytes = 2 ** 30;

/** @throws {InvalidOptionsError} where something is not as documented. */
export function readRoutesOptions(scorer: unknown, options: ScoringRoutesOptions | undefined): ResolvedRoutesOptions {
  if (!isScorer(scorer)) {
    throw new InvalidOptionsError([{ path: 'scorer', expected: 'a FraudScorer', received: describeValue(scorer) }]);
  }
  const reader = new FieldReader(options);
  const prefix = reader.value('prefix', "a path that begins with '/', without a query", isPath) ?? '';
  const deadlineHeader = readHeader(reader, 'deadlineHeader', 'Request-Timeout');
  const resolved: ResolvedRoutesOptions = {
    prefix: prefix.replace(/\/+$/, ''),
    deadlineHeader,
    deadlineUnitMs: deadlineHeader?.endsWith('-ms') === true ? 1 : 1_000,
    maxTimeoutMs: reader.number('maxTimeoutMs', 60_000, { above: 0, unit: 'milliseconds' }),
    routingKeyHeader: readHeader(reader, 'routingKeyHeader', 'X-Routing-Key'),
    maxBodyBytes: reader.number('maxBodyBytes', 2 ** 20, { min: 1, max: mostBytes, integer: true }),
    maxBatchBytes: reader.number('maxBatchBytes', 4 * 2 ** 20, { min: 1, max: mostBytes, integer: true }),
    maxBatchSize: reader.number('maxBatchSize', 1_000, { min: 1, max: 100_000, integer: true }),
    maxStreamInFlight: reader.number('maxStreamInFlight', 256, { min: 1, max: 10_000, integer: true }),
    bodyTimeoutMs: reader.number('bodyTimeoutMs', 10_000, { above: 0, unit: 'milliseconds' }),
    idempotency: readIdempotency(reader),
    authorize: reader.value('authorize', 'a function of a request and a route', isFunction) ?? null,
    metrics: readSwitch<TextOptions>(reader, 'metrics'),
    dashboard: readSwitch<DashboardOptions>(reader, 'dashboard'),
    deployments: reader.value('deployments', 'true or false', isBoolean) ?? true,
    problemTypeBase: reader.value('problemTypeBase', 'a text', isText) ?? defaultTypeBase,
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

function readIdempotency(reader: FieldReader): ResolvedRoutesOptions['idempotency'] {
  if (reader.is('idempotency', false)) return null;
  const nested = reader.nested('idempotency', 'false, or an object with maxEntries, maxBytes and ttlMs');
  const maxEntries = nested.number('maxEntries', 10_000, { min: 1, max: 1_000_000, integer: true });
  const maxBytes = nested.number('maxBytes', 64 * 2 ** 20, { min: 1, integer: true });
  const ttlMs = nested.number('ttlMs', 600_000, { above: 0, unit: 'milliseconds' });
  nested.rejectUnknown();
  return { maxEntries, maxBytes, ttlMs };
}

/** @returns the name in small letters; null where no header is to be looked at. */
function readHeader(reader: FieldReader, name: string, fallback: string): string | null {
  if (reader.is(name, false)) return null;
  return (reader.value(name, "a header's name, or false", isHeaderName) ?? fallback).toLowerCase();
}

/** true is the same as no options; what they may be is for the one who reads them. */
function readSwitch<T extends object>(reader: FieldReader, name: string): T | null {
  if (reader.is(name, false)) return null;
  const value = reader.value(name, 'true, false or an object of options', isSwitch);
  if (value === undefined) return null;
  return value === true ? ({} as T) : (value as T);
}

function isScorer(value: unknown): value is HttpScorer {
  if (typeof value !== 'object' || value === null) return false;
  return ['score', 'scoreMany', 'health'].every((name) => typeof Reflect.get(value, name) === 'function');
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && /^(\/[^?#\s]*)?$/.test(value);
}

function isHeaderName(value: unknown): value is string {
  return typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

function isFunction(value: unknown): value is Authorize {
  return typeof value === 'function';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSwitch(value: unknown): value is true | object {
  return value === true || (typeof value === 'object' && value !== null);
}
