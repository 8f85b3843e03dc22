import type { ModelDescription } from '../../../api/model-description.js';
import type { ResolvedRoutesOptions } from '../options.js';
import type { RouteIdentity } from '../types.js';
import { operationOf } from './operations.js';
import { ref, schemasOf } from './schemas.js';
import type { Schema } from './value-schema.js';

/**
 * What of a scorer's routes the document describes; the live page's own requests are nobody else's.
 *
 * @param base the path before every route, without a slash at its end.
 */
export function openApiDocument(
  routes: readonly RouteIdentity[],
  model: ModelDescription | null,
  options: ResolvedRoutesOptions,
  base: string,
): Schema {
  const paths: Record<string, Record<string, Schema>> = {};
  for (const route of routes) {
    if (route.path.startsWith('/dashboard')) continue;
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route, options) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `Fraud scoring${model === null ? '' : `: ${model.name}`}`,
      version: model?.version ?? '0',
      description: 'Scores card transactions for fraud. Errors are problems by RFC 9457.',
    },
    servers: [{ url: base === '' ? '/' : base }],
    paths,
    components: {
      schemas: schemasOf(model, options),
      responses: {
        Problem: {
          description: 'A problem: `code` tells which, `errors` where in the body',
          content: { 'application/problem+json': { schema: ref('Problem') } },
        },
      },
    },
  };
}
