import type { DeploymentSummary, DeployOptions } from '../../api/deployment.js';
import type { Health } from '../../api/health.js';
import type { Metrics } from '../../api/metrics.js';
import type { ModelDescription } from '../../api/model-description.js';
import type { Outcome } from '../../api/outcome.js';
import type { ScoreOptions } from '../../api/request.js';
import type { ScoreOutcome, ScoreResult } from '../../api/result.js';
import type { Summary } from '../../api/summary.js';

/** A request as the routes see it: an adapter makes one of what its framework has. */
export interface HttpRequest {
  /** In capitals, such as `POST`. */
  readonly method: string;
  /** Below the prefix, without the query: `/score`. */
  readonly path: string;
  /** Without the question mark; may be empty. */
  readonly query?: string | undefined;
  /** Where a framework has mounted the routes, in front of the prefix, without a slash at its end. For the OpenAPI document. @default none */
  readonly basePath?: string | undefined;
  /** Names in small letters, as those of `node:http`. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body, where the framework has parsed it already: it is taken as it is. */
  readonly body?: unknown;
  /** The bytes of the body, where nobody has read them yet: in one piece, or as a stream such as the request of `node:http`. */
  readonly rawBody?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
  /** Fires when the client went away: see `clientSignal`. */
  readonly signal?: AbortSignal | undefined;
  /** The framework's own request, for `authorize`. The routes do not look at it. */
  readonly raw?: unknown;
}

/** What an adapter sends. */
export interface HttpResponse {
  status: number;
  /** `Content-Type` is there where there is a body; `Content-Length` is for the adapter, or for `serialise`, to add. */
  headers: Record<string, string>;
  /**
   * By its type: a text or bytes are sent as they are, a stream of them piece by piece, at the pace of the client; null is no body. Anything
   * else is a JSON value.
   */
  body: unknown;
}

/** What a route is called: `authorize` tells them apart by it. */
export type RouteName =
  | 'score'
  | 'scoreBatch'
  | 'scoreStream'
  | 'recordOutcomes'
  | 'summary'
  | 'live'
  | 'ready'
  | 'openapi'
  | 'metrics'
  | 'dashboard'
  | 'listDeployments'
  | 'deploy'
  | 'setTraffic'
  | 'promote'
  | 'rollback'
  | 'retire';

/** Where a route is, and what it is called. */
export interface RouteIdentity {
  readonly method: 'GET' | 'POST';
  /** Below the prefix. */
  readonly path: string;
  readonly name: RouteName;
  /** What it takes for a body: `json` may be parsed by the framework, `ndjson` must not be; null where it takes none. */
  readonly accepts: 'json' | 'ndjson' | null;
  /** The most bytes of a body; `Infinity` for a stream, whose lines are limited. 0 where it takes none. */
  readonly maxBodyBytes: number;
}

/** One route: a function of a request. It never throws or rejects: errors are responses. */
export interface ScoringRoute extends RouteIdentity {
  /** Answers a request; errors are answers too. */
  handle(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
}

/** The routes of a scorer. */
export interface ScoringRoutes {
  readonly routes: readonly ScoringRoute[];
  /** The path before every route, without a slash at its end; empty for none. */
  readonly prefix: string;
  /**
   * Finds the route by method and path and asks it: 404 where there is none, 405 where it has another method, and HEAD as GET without the
   * body. Never throws or rejects.
   */
  handle(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
  /**
   * To be called first when the host ends: `/health/ready` answers 503 from then on, and the open streams of the live page end. Everything else is
   * answered as before. It does not close the scorer.
   */
  close(): void;
}

/**
 * Says whether a request may use a route. Asked for every route, health included, before the body is read: `route.name` tells them apart. Anything but
 * `true` refuses: with 401 where the request has no `Authorization`, else with 403.
 */
export type Authorize = (request: HttpRequest, route: RouteIdentity) => boolean | Promise<boolean>;

/**
 * What the routes need of a scorer: `FraudScorer` has all of it, and any other `Scorer` what must be there. A route whose method is missing is
 * not there. `never` lets a scorer of any features in: its own checks say what is wrong with a request.
 */
export interface HttpScorer {
  /** Scores one transaction. */
  score(request: never, options?: ScoreOptions): Promise<ScoreResult>;
  /** Scores several, each settled on its own, in order. */
  scoreMany(requests: never, options?: ScoreOptions): Promise<ScoreOutcome[]>;
  /** Whether it takes requests. */
  health(): Health;
  /** Tells a label. @returns whether the decision is known. */
  recordOutcome?(outcome: Outcome): boolean;
  /** What is counted and measured, for people. */
  summary?(): Summary;
  /** The same as plain data. */
  metrics?(): Metrics;
  /** What a version takes. @default the primary */
  describeModel?(version?: string): ModelDescription;
  /** Hears what becomes of versions. */
  on?(event: 'deployment', listener: () => void): unknown;
  /** Hears no more. */
  off?(event: 'deployment', listener: () => void): unknown;
  /** Loads a version. @returns it, once it serves. */
  deploy?(directory: string, options?: DeployOptions): Promise<DeploymentSummary>;
  /** Sets shares of challengers, in [0, 1], by version. */
  setTraffic?(shares: Readonly<Record<string, number>>): void;
  /** Makes a version the primary. */
  promote?(version: string): Promise<DeploymentSummary>;
  /** Makes the standby the primary. */
  rollback?(): Promise<DeploymentSummary>;
  /** Takes a version out, once it has answered what it has. */
  retire?(version: string): Promise<void>;
  /** All versions, with what was measured of each. */
  deployments?(): DeploymentSummary[];
}
