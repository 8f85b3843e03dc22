import autocannon from 'autocannon';
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
  const result = await autocannon({
    url,
    connections,
    duration: Math.max(1, Math.round(durationMs / 1000)),
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    requests: bodies.map((body) => ({ body })),
  });
  const failed = result.non2xx + result.errors;
  if (failed > 0) {
    const seen = Object.entries(result.statusCodeStats ?? {}).map(([status, { count }]) => `${count} with ${status}`);
    throw new Error(
      `${url}: expected every request to be answered with 200, seen: ${seen.join(', ')}, ${result.errors} errors`,
    );
  }
  return {
    rate: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
  };
}

/** As JSON can hold it. */
export function plainRequest(requests: ReferenceRequests, index: number): object {
  const { features } = requests.at(index);
  return { features: Object.fromEntries(Object.entries(features).map(([name, values]) => [name, [...values]])) };
}
