import type { Attributes, Link, Span, Tracer } from '@opentelemetry/api';
import type {
  BatchEnd,
  BatchStart,
  BatchWatch,
  CallEnd,
  CallKind,
  CallWatch,
  RequestEnd,
  RequestWatch,
  TraceIds,
  Watcher,
} from '../../monitoring/traces/watcher.js';
import type { OpenTelemetryApi } from './load-api.js';

/** Requests that a batch's span is linked to, at most: as many as the SDK keeps by default. */
const maxLinks = 128;

/**
 * Makes spans: one for each request in its caller's context, and one for each batch, a trace of its own that is linked to its requests, as
 * they are of many traces. What the host's sampler leaves out costs nothing more, and is not linked.
 */
export class Spans implements Watcher {
  readonly #api: OpenTelemetryApi;
  readonly #tracer: Tracer;
  readonly #attributes: Attributes;

  /** @param attributes of every span. */
  constructor(api: OpenTelemetryApi, tracer: Tracer, attributes: Attributes) {
    this.#api = api;
    this.#tracer = tracer;
    this.#attributes = attributes;
  }

  request(call: readonly CallWatch[]): RequestWatch | null {
    if (call.length > 0) {
      // A list may be long: its requests share the span of the call.
      const own = call.find((watch): watch is WatchedCall => watch instanceof WatchedCall && watch.owner === this);
      return own === undefined ? null : new ListedRequest(own);
    }
    const span = this.#start('fraud-scorer.score', this.#attributes);
    return span === null ? null : new WatchedRequest(this, span, this.#api);
  }

  call(kind: CallKind): CallWatch | null {
    const span = this.#start(`fraud-scorer.${kind}`, this.#attributes);
    return span === null ? null : new WatchedCall(this, span, this.#api);
  }

  batch({ version, rows, isRetry }: BatchStart, requests: readonly RequestWatch[]): BatchWatch | null {
    const spans = new Set<Span>();
    for (const request of requests) {
      const own = request instanceof ListedRequest ? request.call : request;
      if (own instanceof WatchedSpan && own.owner === this) spans.add(own.span);
      if (spans.size === maxLinks) break;
    }
    if (spans.size === 0) return null;
    const links: Link[] = [...spans].map((span) => ({ context: span.spanContext() }));
    const span = this.#tracer.startSpan(
      'fraud-scorer.batch',
      {
        kind: this.#api.SpanKind.INTERNAL,
        root: true,
        links,
        attributes: {
          ...this.#attributes,
          'fraud_scorer.version': version,
          'fraud_scorer.batch.rows': rows,
          'fraud_scorer.batch.retry': isRetry,
        },
      },
      this.#api.ROOT_CONTEXT,
    );
    if (!span.isRecording()) return null;
    const link = { context: span.spanContext() };
    // From a slow request to the batch that it was in. Older versions of the API have no such method.
    for (const request of spans) request.addLink?.(link);
    return { end: (end) => this.#endBatch(span, end) };
  }

  /** @returns null where the host's sampler leaves it out. */
  #start(name: string, attributes: Attributes): Span | null {
    const { context, SpanKind } = this.#api;
    const span = this.#tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes }, context.active());
    return span.isRecording() ? span : null;
  }

  #endBatch(span: Span, { worker, provider, inferenceMs, error }: BatchEnd): void {
    if (worker !== null) span.setAttribute('fraud_scorer.worker', worker);
    if (provider !== null) span.setAttribute('fraud_scorer.provider', provider);
    if (inferenceMs !== null) span.setAttribute('fraud_scorer.inference_ms', inferenceMs);
    if (error !== null) setError(span, error, this.#api);
    span.end();
  }
}

/** A span that batches may be linked to. */
class WatchedSpan {
  constructor(
    readonly owner: Spans,
    readonly span: Span,
    protected readonly api: OpenTelemetryApi,
  ) {}

  get ids(): TraceIds {
    const { traceId, spanId } = this.span.spanContext();
    return { traceId, spanId };
  }
}

class WatchedRequest extends WatchedSpan implements RequestWatch {
  end({ outcome, version, result, error }: RequestEnd): void {
    const { span, api } = this;
    const attributes: Attributes = { 'fraud_scorer.outcome': outcome };
    if (version !== '') attributes['fraud_scorer.version'] = version;
    if (result !== null) {
      attributes['fraud_scorer.source'] = result.source;
      attributes['fraud_scorer.decision'] = result.decision;
    }
    if (result?.source === 'model') {
      const { queueMs, inferenceMs, batchSize } = result.timing;
      attributes['fraud_scorer.queue_ms'] = queueMs;
      attributes['fraud_scorer.inference_ms'] = inferenceMs;
      attributes['fraud_scorer.batch.rows'] = batchSize;
    }
    span.setAttributes(attributes);
    // A caller whom the fallback answered got no error.
    if (error !== null && result === null) setError(span, error, api);
    else if (error !== null) span.setAttribute('error.type', error);
    span.end();
  }
}

class WatchedCall extends WatchedSpan implements CallWatch {
  end({ rows, failed, version, error }: CallEnd): void {
    const { span, api } = this;
    if (rows !== null) span.setAttribute('fraud_scorer.rows', rows);
    span.setAttribute('fraud_scorer.failed', failed);
    if (version !== null) span.setAttribute('fraud_scorer.version', version);
    if (error !== null) setError(span, error, api);
    span.end();
  }
}

/** A request of a list. */
class ListedRequest implements RequestWatch {
  constructor(readonly call: WatchedSpan) {}

  get ids(): TraceIds {
    return this.call.ids;
  }

  end(): void {}
}

/** The code alone: a message may name a field of the request. */
function setError(span: Span, code: string, { SpanStatusCode }: OpenTelemetryApi): void {
  span.setAttribute('error.type', code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}
