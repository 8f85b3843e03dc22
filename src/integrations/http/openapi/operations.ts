import type { ResolvedRoutesOptions } from '../options.js';
import { problemKinds } from '../problem-kinds.js';
import { deadlinePattern, keyPattern } from '../score-call.js';
import type { RouteIdentity, RouteName } from '../types.js';
import { ref } from './schemas.js';
import type { Schema } from './value-schema.js';

/** What the document says of a route. */
interface Described {
  summary: string;
  /** What it takes. */
  body?: Schema;
  /** What it gives. */
  result: Schema;
  /** The type of what it gives. @default 'application/json' */
  type?: string;
  /** @default 200 */
  status?: number;
  /** Statuses of problems, beside those that every route may have. */
  problems?: readonly number[];
  /** Whether it looks at the headers of a call of `score`. */
  scores?: boolean;
}

const text: Schema = { type: 'string' };
const control = [400, 404, 408, 413, 415, 422, 503, 504];

const described: Readonly<Record<RouteName, Described>> = {
  score: {
    summary: 'Scores one transaction',
    body: ref('ScoreRequest'),
    result: ref('ScoreResult'),
    problems: [400, 408, 413, 415, 422, 429, 499, 503, 504],
    scores: true,
  },
  scoreBatch: {
    summary: 'Scores several transactions, each with an outcome of its own',
    body: ref('BatchRequest'),
    result: ref('BatchResponse'),
    problems: [400, 408, 413, 415, 499, 503],
    scores: true,
  },
  scoreStream: {
    summary: 'Scores a transaction (ScoreRequest) a line, and answers an outcome (BatchOutcome) a line, in order',
    body: text,
    result: text,
    type: 'application/x-ndjson',
    problems: [400, 415],
    scores: true,
  },
  recordOutcomes: {
    summary: 'Records what transactions turned out to be',
    body: { oneOf: [ref('OutcomeList'), { allOf: [ref('Outcome'), { not: { required: ['outcomes'] } }] }] },
    result: ref('Matched'),
    problems: [400, 408, 413, 415],
  },
  summary: { summary: 'Everything measured', result: ref('Summary') },
  live: { summary: 'Whether the process answers', result: ref('Live') },
  ready: { summary: 'Whether the scorer can answer', result: ref('Health') },
  openapi: { summary: 'This document', result: { type: 'object' } },
  metrics: { summary: 'Metrics, as Prometheus reads them', result: text, type: 'text/plain' },
  dashboard: { summary: 'The live page', result: text, type: 'text/html', problems: [503] },
  listDeployments: { summary: 'The versions of the model', result: ref('Deployments') },
  deploy: {
    summary: 'Deploys a version',
    body: ref('DeployRequest'),
    result: ref('Deployment'),
    status: 201,
    problems: control,
  },
  setTraffic: {
    summary: 'Changes the shares of challengers',
    body: ref('TrafficRequest'),
    result: ref('Deployments'),
    problems: control,
  },
  promote: {
    summary: 'Makes a version the primary',
    body: ref('VersionRequest'),
    result: ref('Deployment'),
    problems: control,
  },
  rollback: {
    summary: 'Makes the standby the primary again',
    result: ref('Deployment'),
    problems: control,
  },
  retire: { summary: 'Ends a version', body: ref('RetireRequest'), result: ref('Deployments'), problems: control },
};

/** One operation of the document. */
export function operationOf({ name, accepts }: RouteIdentity, options: ResolvedRoutesOptions): Schema {
  const { summary, body, result, type = 'application/json', status = 200, problems = [], scores } = described[name];
  const statuses = [...problems, 500, ...(options.authorize === null ? [] : [401, 403])].sort((a, b) => a - b);
  const bodyType = accepts === 'ndjson' ? 'application/x-ndjson' : 'application/json';
  return {
    operationId: name,
    summary,
    ...(scores === true ? { parameters: parametersOf(name, options) } : {}),
    ...(body === undefined ? {} : { requestBody: { required: true, content: { [bodyType]: { schema: body } } } }),
    responses: {
      [status]: { description: 'Done', content: { [type]: { schema: result } } },
      ...(name === 'ready' ? { 503: { description: 'Not ready', content: { [type]: { schema: result } } } } : {}),
      ...Object.fromEntries(statuses.map((one) => [one, problemOf(one)])),
    },
  };
}

/** Which problems a status stands for. */
function problemOf(status: number): Schema {
  const kinds = Object.entries(problemKinds).filter(([, kind]) => kind.status === status);
  const description = kinds.map(([code, { title }]) => `${code}: ${title}`).join('. ');
  return { $ref: '#/components/responses/Problem', description };
}

function parametersOf(name: RouteName, options: ResolvedRoutesOptions): Schema[] {
  const { deadlineHeader, deadlineUnitMs, routingKeyHeader, idempotency } = options;
  const parameters: Schema[] = [];
  if (deadlineHeader !== null) {
    const unit = deadlineUnitMs === 1 ? 'milliseconds' : 'seconds';
    const schema = { type: 'string', pattern: inHeader(deadlinePattern), examples: ['1', '0.25'] };
    parameters.push(header(deadlineHeader, `How long the client waits, in ${unit}`, schema));
  }
  const key = { type: 'string', pattern: inHeader(keyPattern) };
  if (routingKeyHeader !== null) {
    parameters.push(header(routingKeyHeader, 'Whose traffic it is, where versions share it', key));
  }
  if (name === 'score' && idempotency !== null) {
    parameters.push(header('idempotency-key', 'The same key with the same body gets the same answer', key));
  }
  return parameters;
}

/** Blanks around the value of a header are no part of it: the parser of HTTP takes them off. */
function inHeader(pattern: string): string {
  return `^[ \\t]*${pattern.slice(1, -1)}[ \\t]*$`;
}

function header(name: string, description: string, schema: Schema): Schema {
  return { name, in: 'header', required: false, description, schema };
}
