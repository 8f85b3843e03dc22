import type { HttpResponse } from './types.js';

/** A response whose body is ready to be sent. */
export interface SerialisedResponse {
  status: number;
  headers: Record<string, string>;
  body: string | Uint8Array | AsyncIterable<string | Uint8Array> | null;
}

/** A response with its JSON as a text. The object itself is changed, and given back where nothing has to be. */
export function serialise(response: HttpResponse): SerialisedResponse {
  const { body } = response;
  if (isReady(body)) return response as SerialisedResponse;
  response.body = JSON.stringify(body) ?? 'null';
  return response as SerialisedResponse;
}

function isReady(body: unknown): body is SerialisedResponse['body'] {
  if (body === null || typeof body === 'string' || body instanceof Uint8Array) return true;
  return typeof body === 'object' && Symbol.asyncIterator in body;
}
