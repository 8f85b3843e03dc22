import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api';
import { FieldReader } from '../../validation/field-reader.js';
import type { OpenTelemetryApi } from './load-api.js';

/** Options of `instrument`. */
export interface InstrumentOptions {
  /** Where spans go. @default the one that is registered globally */
  tracerProvider?: TracerProvider | undefined;
  /** Where metrics go. @default the one that is registered globally at the time of the call */
  meterProvider?: MeterProvider | undefined;
  /** Whether there are spans: of each request, each batch and each call of `scoreMany` and `scoreColumns`. @default false */
  spans?: boolean | undefined;
  /** Whether there are metrics. @default true */
  metrics?: boolean | undefined;
  /** Of every span and measurement, such as `{ scorer: 'cards' }` where a process has several scorers. */
  attributes?: Attributes | undefined;
  /** The module `@opentelemetry/api`, for hosts that bundle. @default the one that is installed */
  api?: OpenTelemetryApi | undefined;
}

/** Options of `instrument`, with its defaults. */
export interface ResolvedInstrumentOptions {
  tracerProvider: TracerProvider | null;
  meterProvider: MeterProvider | null;
  spans: boolean;
  metrics: boolean;
  attributes: Attributes;
  api: OpenTelemetryApi | null;
}

/** @throws {InvalidOptionsError} where they are not as documented. */
export function readInstrumentOptions(options: unknown): ResolvedInstrumentOptions {
  const reader = new FieldReader(options);
  const resolved = {
    tracerProvider: reader.value('tracerProvider', 'a tracer provider', isTracerProvider) ?? null,
    meterProvider: reader.value('meterProvider', 'a meter provider', isMeterProvider) ?? null,
    spans: reader.value('spans', 'true or false', isBoolean) ?? false,
    metrics: reader.value('metrics', 'true or false', isBoolean) ?? true,
    attributes:
      reader.value('attributes', 'an object of texts, numbers, booleans or lists of them', isAttributes) ?? {},
    api: reader.value('api', 'the module @opentelemetry/api', isApi) ?? null,
  };
  reader.rejectUnknown().throwIfInvalid();
  return { ...resolved, attributes: { ...resolved.attributes } };
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isTracerProvider = (value: unknown): value is TracerProvider => hasMethod(value, 'getTracer');
const isMeterProvider = (value: unknown): value is MeterProvider => hasMethod(value, 'getMeter');

/** A module, or one that was imported as a default. */
function isApi(value: unknown): value is OpenTelemetryApi {
  const parts = ['context', 'metrics', 'trace', 'SpanKind', 'SpanStatusCode', 'ROOT_CONTEXT'];
  return typeof value === 'object' && value !== null && parts.every((part) => part in value);
}

function isAttributes(value: unknown): value is Attributes {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item: unknown) => (Array.isArray(item) ? item.every(isScalar) : isScalar(item)));
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean', 'undefined'].includes(typeof value);
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}
