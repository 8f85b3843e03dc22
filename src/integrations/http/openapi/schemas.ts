import type { ModelDescription } from '../../../api/model-description.js';
import type { ResolvedRoutesOptions } from '../options.js';
import { deployRequest } from './deploy-schema.js';
import { exampleRequest } from './example.js';
import { featuresSchema } from './features-schema.js';
import type { Schema } from './value-schema.js';

/** A reference to one of the schemas below. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

const number = { type: 'number' } satisfies Schema;
const text: Schema = { type: 'string' };
const probability: Schema = { type: 'number', minimum: 0, maximum: 1 };
const decision: Schema = { enum: ['APPROVE', 'REVIEW', 'BLOCK'] };

/** An object with these fields; those of the second list may be missing. Fields may be added in later versions. */
function object(required: Record<string, Schema>, optional: Record<string, Schema> = {}): Exclude<Schema, boolean> {
  return { type: 'object', properties: { ...required, ...optional }, required: Object.keys(required) };
}

function list(items: Schema, more: Record<string, unknown> = {}): Schema {
  return { type: 'array', items, ...more };
}

/** One that is no ScoreRequest is refused by its own outcome. */
const batchItem: Schema = { anyOf: [ref('ScoreRequest'), true] };

/** A version that is not the primary. */
function otherVersion(model: ModelDescription | null): Schema {
  const version = { type: 'string', minLength: 1 };
  return model === null ? version : { ...version, not: { const: model.version } };
}

/** Everything that requests and answers refer to. @param model null where the scorer does not say what its model takes. */
export function schemasOf(
  model: ModelDescription | null,
  { maxBatchSize }: ResolvedRoutesOptions,
): Record<string, Schema> {
  return {
    ScoreRequest: {
      ...object({ features: ref('Features') }, { id: { type: 'string', minLength: 1 }, amount: number }),
      ...(model === null ? {} : { examples: [exampleRequest(model)] }),
    },
    Features: model === null ? { type: 'object' } : featuresSchema(model),
    BatchRequest: object({ requests: list(batchItem, { maxItems: maxBatchSize }) }),
    ScoreResult: { oneOf: [ref('ModelResult'), ref('FallbackResult')] },
    ModelResult: object(
      {
        source: { const: 'model' },
        decision,
        decidedBy: { enum: ['policy', 'host'] },
        fraudProbability: probability,
        riskScore: probability,
        riskLevel: { enum: ['LOW', 'MEDIUM', 'HIGH'] },
        model: object({ name: text, version: text }),
        provider: text,
        timing: object({ queueMs: number, inferenceMs: number, totalMs: number, batchSize: { type: 'integer' } }),
      },
      { id: text, attention: list({ type: ['number', 'null'] }), reasons: list(ref('Reason')) },
    ),
    Reason: object(
      { input: text, feature: text, contribution: number, direction: { enum: ['raises', 'lowers'] } },
      { description: text },
    ),
    FallbackResult: object(
      {
        source: { const: 'fallback' },
        decision,
        error: text,
        timing: object({ totalMs: number }),
        fraudProbability: { type: 'null' },
        riskScore: { type: 'null' },
        riskLevel: { type: 'null' },
      },
      { id: text },
    ),
    BatchResponse: object({ outcomes: list(ref('BatchOutcome')) }),
    BatchOutcome: {
      oneOf: [
        object({ status: { const: 'fulfilled' }, value: ref('ScoreResult') }),
        object({ status: { const: 'rejected' }, reason: ref('Problem') }),
      ],
    },
    Outcome: object(
      { id: { type: 'string', minLength: 1 }, isFraud: { type: 'boolean' } },
      {
        decision,
        version: { type: 'string', minLength: 1 },
        decidedAt: { ...number, description: 'Milliseconds since the epoch' },
        amount: number,
        fraudProbability: probability,
      },
    ),
    OutcomeList: object({ outcomes: list(ref('Outcome'), { maxItems: maxBatchSize }) }),
    Matched: object({ matched: { anyOf: [{ type: 'boolean' }, list({ type: 'boolean' })] } }),
    Health: object({
      status: { enum: ['ok', 'degraded', 'unavailable'] },
      ready: { type: 'boolean' },
      provider: { anyOf: [text, { type: 'null' }] },
      providers: list({ type: 'object' }),
      workers: { type: 'integer' },
      queueDepth: { type: 'integer' },
      reasons: list(text),
    }),
    Live: object({ status: { const: 'ok' } }),
    Summary: object({ model: object({ name: text, version: text }), requests: { type: 'object' } }),
    Deployment: object({
      name: text,
      version: text,
      role: { enum: ['primary', 'challenger', 'shadow', 'standby', 'retired'] },
      traffic: probability,
      since: number,
    }),
    Deployments: object({ deployments: list(ref('Deployment')) }),
    DeployRequest: deployRequest,
    TrafficRequest: object({
      shares: {
        description: 'Of challengers, by version; the primary has the rest',
        type: 'object',
        ...(model === null ? {} : { properties: { [model.version]: false } }),
        additionalProperties: probability,
      },
    }),
    VersionRequest: object({ version: { type: 'string', minLength: 1 } }),
    RetireRequest: object({ version: otherVersion(model) }),
    Problem: object(
      {
        type: { type: 'string', format: 'uri-reference' },
        title: text,
        status: { type: 'integer', minimum: 400, maximum: 599 },
        detail: text,
        code: { type: 'string', pattern: '^ERR_[A-Z_]+$' },
      },
      { errors: list(object({ pointer: text, detail: text }), { maxItems: 20 }), totalErrors: { type: 'integer' } },
    ),
  };
}
