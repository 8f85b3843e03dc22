import autocannon, { type Options, type Result } from 'autocannon';
import { LatencyHistogram } from '../../src/monitoring/latency-histogram.js';
import type { ReferenceRequests } from '../load/reference-requests.js';

/** What a request carries, and over how many connections they come. */
export interface Load {
  url: string;
  connections: number;
  /** Different ones, in turn. */
  bodies: readonly string[];
}

/** What a server answered. */
export interface Answered {
  /** Requests a second. */
  rate: number;
  p50Ms: number;
  p99Ms: number;
}

/** @param durationMs whole seconds are measured, at least one. @throws {Error} where a request was not answered with 200. */
export async function fire({ url, connections, bodies }: Load, durationMs: number): Promise<Answered> {
  const latencies = new LatencyHistogram();
  const options: Options = {
    url,
    connections,
    duration: Math.max(1, Math.round(durationMs / 1000)),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: bodies.map((body) => ({ body })),
  };
  const result = await new Promise<Result>((resolve, reject) => {
    const instance = autocannon(options, (error, done) => (error ? reject(error) : resolve(done)));
    // Its own histogram counts whole milliseconds.
    instance.on('response', (_client, _status, _bytes, durationMs) => latencies.record(durationMs));
  });
  const failed = result.non2xx + result.errors;
  if (latencies.count === 0) throw new Error(`${url}: expected answers, seen: none`);
  if (failed > 0) {
    const seen = Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => `${count} with ${status}`);
    throw new Error(
      `${url}: expected every request to be answered with 200, seen: ${seen.join(', ')}, ${result.errors} errors`,
    );
  }
  return {
    rate: result.requests.total / result.duration,
    p50Ms: latencies.percentile(50) ?? 0,
    p99Ms: latencies.percentile(99) ?? 0,
  };
}

/** As JSON can hold it. */
export function plainRequest(requests: ReferenceRequests, index: number): object {
  const { features } = requests.at(index);
  return { features: Object.fromEntries(Object.entries(features).map(([name, values]) => [name, [...values]])) };
}
