import type { HostLogger } from '../../../api/logger.js';
import { isLogger, loggerExpected } from '../../../host/host-logger.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { isSubject, subjectExpected } from '../fields.js';
import { decodeJson, encodeJson } from './json-messages.js';
import type { StreamOptions } from './types.js';

type Functions = Required<Pick<StreamOptions, 'decode' | 'encode'>>;

/** The options of `scoreStream`, complete and valid. */
export interface ResolvedStreamOptions {
  readonly stream: string;
  readonly consumer: string;
  /** null: all subjects of the stream. */
  readonly subject: string | null;
  readonly to: StreamOptions['to'];
  readonly deadLetter: string;
  readonly maxInFlight: number;
  readonly maxTries: number;
  readonly maxDeliveries: number;
  readonly retryDelayMs: number;
  readonly ackWaitMs: number;
  readonly confirmAcks: boolean;
  readonly decode: NonNullable<Functions['decode']>;
  readonly encode: NonNullable<Functions['encode']>;
  readonly logger: HostLogger | undefined;
}

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function resolveStreamOptions(options: StreamOptions): ResolvedStreamOptions {
  const reader = new FieldReader(options);
  const maxTries = reader.number('maxTries', 5, { min: 1, max: 1_000, integer: true });
  const resolved: ResolvedStreamOptions = {
    stream: reader.required('stream', nameExpected, isName) ?? '',
    consumer: reader.required('consumer', nameExpected, isName) ?? '',
    subject: reader.value('subject', filterExpected, isFilter) ?? null,
    to: reader.required('to', `${subjectExpected}, or a function that returns one`, isTarget) ?? '',
    deadLetter: reader.required('deadLetter', subjectExpected, isSubject) ?? '',
    maxInFlight: reader.number('maxInFlight', 2_048, { min: 1, max: 1_000_000, integer: true }),
    maxTries,
    maxDeliveries: reader.number('maxDeliveries', 4 * maxTries, { min: maxTries, max: 10_000, integer: true }),
    retryDelayMs: reader.number('retryDelayMs', 1_000, { min: 1, max: 60_000, unit: 'milliseconds' }),
    ackWaitMs: reader.number('ackWaitMs', 30_000, { min: 1_000, max: 3_600_000, unit: 'milliseconds' }),
    confirmAcks: reader.value('confirmAcks', 'true or false', isBoolean) ?? false,
    decode:
      reader.value('decode', 'a function of a message', isFunction<ResolvedStreamOptions['decode']>) ?? decodeJson,
    encode: reader.value('encode', 'a function of a result', isFunction<ResolvedStreamOptions['encode']>) ?? encodeJson,
    logger: reader.value('logger', loggerExpected, isLogger),
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

const nameExpected = 'a name without spaces and the characters . * > / \\';
const filterExpected = 'a subject, in which * and > may stand for parts, such as transactions.>';

function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[^\s.*>/\\\0]+$/.test(value);
}

function isFilter(value: unknown): value is string {
  return typeof value === 'string' && /^([^\s.*>\0]+|\*)(\.([^\s.*>\0]+|\*))*(\.>)?$|^>$/.test(value);
}

function isTarget(value: unknown): value is StreamOptions['to'] {
  return typeof value === 'function' || isSubject(value);
}

function isFunction<Wanted>(value: unknown): value is Wanted {
  return typeof value === 'function';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
