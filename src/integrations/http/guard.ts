import { problem, type RouteContext, type RouteDefinition } from './context.js';
import { HttpError } from './http-error.js';
import type { Authorize, HttpRequest, HttpResponse, RouteIdentity, ScoringRoute } from './types.js';

/** A route that never throws or rejects, and that asks `authorize` first where there is one. */
export function guarded(definition: RouteDefinition, context: RouteContext): ScoringRoute {
  const { method, path, name, accepts, maxBodyBytes } = definition;
  const identity: RouteIdentity = Object.freeze({ method, path, name, accepts, maxBodyBytes });
  const { authorize } = context.options;
  const answer = (request: HttpRequest): HttpResponse | Promise<HttpResponse> => {
    try {
      const answered = definition.answer(request);
      return answered instanceof Promise ? answered.catch((error) => problem(error, context, request.body)) : answered;
    } catch (error) {
      return problem(error, context, request.body);
    }
  };
  if (authorize === null) return { ...identity, handle: answer };
  return {
    ...identity,
    handle: async (request) => {
      const refusal = await refusalOf(authorize, request, identity);
      return refusal === null ? answer(request) : problem(refusal, context);
    },
  };
}

/** null where the request may use the route. One that cannot be asked refuses. */
async function refusalOf(authorize: Authorize, request: HttpRequest, route: RouteIdentity): Promise<unknown> {
  try {
    if ((await authorize(request, route)) === true) return null;
  } catch (error) {
    return error;
  }
  return request.headers.authorization === undefined
    ? new HttpError('ERR_UNAUTHORIZED', 'Say who you are, with the header Authorization', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      })
    : new HttpError('ERR_FORBIDDEN', 'This route is not for you');
}
