/** A JSON Schema as Fastify compiles it. */
type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const numberOrNull: Schema = { type: ['number', 'null'] };

/** These fields in this order, each where it is there; and any other. */
function object(properties: Readonly<Record<string, Schema>>): Schema {
  return { type: 'object', properties, additionalProperties: true };
}

/** Of the model and of the fallback in one: which of two it is would have to be found out for each answer. */
const result = object({
  source: text,
  id: text,
  decision: text,
  decidedBy: text,
  error: text,
  fraudProbability: numberOrNull,
  riskScore: numberOrNull,
  riskLevel: { type: ['string', 'null'] },
  // Of any kind: a model may give weights that are no numbers, for which a compiled function throws where `JSON.stringify` writes null.
  attention: {},
  reasons: {
    type: 'array',
    items: object({ input: text, feature: text, description: text, contribution: number, direction: text }),
  },
  model: object({ name: text, version: text }),
  provider: text,
  timing: object({ queueMs: number, inferenceMs: number, totalMs: number, batchSize: number }),
});

const outcome = object({ status: text, value: result, reason: object({}) });

/** What Fastify compiles to functions that write JSON faster than `JSON.stringify`, by the name of the route. */
export const resultSchemas: Readonly<Record<string, Schema>> = {
  score: result,
  scoreBatch: object({ outcomes: { type: 'array', items: outcome } }),
};
