import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import type { AdapterRoutes } from '../http/scoring-routes.js';
import type { ScoringRoute, ScoringRoutes } from '../http/types.js';
import { askedOf } from './ask.js';
import { directScore } from './direct-score.js';
import { parseBodies } from './parse-bodies.js';
import { resultSchemas } from './result-schemas.js';
import { send, sendResult } from './send.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => void;

/** OPTIONS is not among them: it is for the host's CORS. */
const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Adds the routes of a scorer to a scope of its own. */
export async function addRoutes(instance: FastifyInstance, routes: AdapterRoutes): Promise<void> {
  const basePath = instance.prefix.replace(/\/+$/, '');
  // A host with a compiler of its own has schemas of another kind.
  const takesSchemas = instance.serializerCompiler === undefined;
  const paths = new Set<string>();
  for (const route of routes.routes) {
    if (paths.has(route.path) || isDouble(instance, basePath, route)) continue;
    const here = routes.routes.filter(({ path }) => path === route.path);
    for (const one of here) {
      const options = optionsOf(one, routes, basePath, takesSchemas);
      if (one.name === 'score' && routes.direct !== null) await addDirect(instance, options, routes.direct);
      else instance.route(options);
    }
    instance.route(refusalOf(route.path, here, routes, basePath));
    paths.add(route.path);
  }
}

/** In a scope of its own, whose parser reads bodies. */
async function addDirect(
  instance: FastifyInstance,
  options: RouteOptions,
  direct: NonNullable<AdapterRoutes['direct']>,
): Promise<void> {
  const isCompiled = options.schema !== undefined;
  const { parse, handle } = directScore(direct, sendOf(isCompiled), options.handler as Handler);
  await instance.register(async (scope) => {
    parseBodies(scope, parse);
    scope.route({ ...options, handler: handle });
  });
}

/** Where Fastify ignores slashes at the end, `/dashboard` answers for `/dashboard/` too. */
function isDouble(instance: FastifyInstance, basePath: string, { method, path }: ScoringRoute): boolean {
  return path.endsWith('/') && instance.hasRoute({ method, url: basePath + path });
}

function optionsOf(route: ScoringRoute, routes: ScoringRoutes, basePath: string, takesSchemas: boolean): RouteOptions {
  const { method, path, name } = route;
  const schema = takesSchemas ? resultSchemas[name] : undefined;
  return {
    method,
    url: path,
    exposeHeadRoute: method === 'GET',
    ...(schema === undefined ? {} : { schema: { response: { 200: schema } } }),
    handler: handlerOf(basePath, path, (asked) => routes.handle(asked), schema !== undefined),
  };
}

/** Other methods than a path has are 405, not the host's 404. */
function refusalOf(path: string, here: readonly ScoringRoute[], routes: ScoringRoutes, basePath: string): RouteOptions {
  const taken = here.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  return {
    method: methods.filter((method) => !taken.includes(method)),
    url: path,
    exposeHeadRoute: false,
    schema: { hide: true } as RouteOptions['schema'] & object,
    handler: handlerOf(basePath, path, (asked) => routes.handle(asked)),
  };
}

function handlerOf(basePath: string, path: string, handle: ScoringRoutes['handle'], isCompiled = false): Handler {
  const sent = sendOf(isCompiled);
  return (request, reply) => {
    const answer = handle(askedOf(request, reply, pathAsked(request, path), basePath));
    if (answer instanceof Promise) void answer.then((one) => sent(one, request, reply));
    else sent(answer, request, reply);
  };
}

function sendOf(isCompiled: boolean): typeof send {
  return (answer, request, reply) => {
    if (isCompiled && answer.status === 200) sendResult(answer, request, reply);
    else send(answer, request, reply);
  };
}

/** The page is told by its slash, which Fastify may ignore. */
function pathAsked({ raw: { url = '' } }: FastifyRequest, path: string): string {
  return path === '/dashboard' && /\/(\?|$)/.test(url) ? '/dashboard/' : path;
}
