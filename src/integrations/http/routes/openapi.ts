import type { ModelDescription } from '../../../api/model-description.js';
import type { RouteContext, RouteDefinition } from '../context.js';
import { openApiDocument } from '../openapi/document.js';
import type { RouteIdentity } from '../types.js';

/** GET `/openapi.json`: the routes and what the primary's model takes, as OpenAPI 3.1. Made once for each version and place where it is mounted. */
export function openApiRoute(others: readonly RouteIdentity[], { scorer, options }: RouteContext): RouteDefinition {
  let made: { model: ModelDescription | null; base: string; text: string } | null = null;
  const route = { method: 'GET', path: '/openapi.json', name: 'openapi', accepts: null, maxBodyBytes: 0 } as const;
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' };
  return {
    ...route,
    answer: ({ basePath = '' }) => {
      const base = basePath + options.prefix;
      const model = scorer.describeModel?.() ?? null;
      if (made === null || made.model !== model || made.base !== base) {
        made = { model, base, text: JSON.stringify(openApiDocument([...others, route], model, options, base)) };
      }
      return { status: 200, headers: { ...headers }, body: made.text };
    },
  };
}
