import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ScoringRoutes } from '../http/types.js';

/** What the router needs of Express's own request, of version 4 or 5. */
export interface ExpressRequest extends IncomingMessage {
  /** Where the router is mounted. */
  baseUrl?: string | undefined;
  /** What a body parser before the router has made of the body. */
  body?: unknown;
}

/** The routes of a scorer as a router of Express 4 or 5. Never throws, and never calls `next` with an error. */
export interface ScoringRouter {
  (request: ExpressRequest, response: ServerResponse, next: () => void): void;
  /** The framework-free routes behind it. */
  readonly routes: ScoringRoutes;
  /** See `ScoringRoutes.close`. */
  close(): void;
}
