import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { frameworkProblem } from '../http/framework-problem.js';
import type { ScoringRoutesOptions } from '../http/options.js';
import { routesFor } from '../http/scoring-routes.js';
import { ServerDrain } from '../http/server-drain.js';
import { addRoutes } from './add-routes.js';
import { parseBodies } from './parse-bodies.js';
import { send } from './send.js';
import type { FraudPluginOptions } from './types.js';

/**
 * The routes of a scorer as a plugin of Fastify 5, in a scope of its own: hooks and decorators of the host work on it; its parser and its error handler
 * are for its routes alone.
 *
 * @example
 * await app.register(fraud, { scorer, prefix: '/fraud' });
 *
 * @throws {InvalidOptionsError} (the promise of `register` or `ready` rejects with it) where an option is not as documented, or there is no scorer.
 */
export const fraud: FastifyPluginAsync<FraudPluginOptions> = async (instance, options) => {
  const { scorer, closeScorer = false } = options;
  const routes = routesFor(scorer, routesOptionsOf(options));
  // The routes read bodies themselves: `authorize` comes first, and long integers keep their digits.
  parseBodies(instance, (_request, payload, done) => done(null, payload));
  instance.setErrorHandler(answerError(options.problemTypeBase));
  await addRoutes(instance, routes);
  const drain = drainOf(instance.server);
  instance.addHook('preClose', async () => {
    // Open streams would keep the server from closing, and so would clients that keep their connections, for 72 seconds.
    routes.close();
    drain?.letGo();
  });
  if (closeScorer === true) instance.addHook('onClose', async () => void (await scorer.close?.()));
};

Object.defineProperties(fraud, {
  [Symbol.for('fastify.display-name')]: { value: 'fraud-scorer' },
  [Symbol.for('plugin-meta')]: { value: { name: 'fraud-scorer', fastify: '5.x' } },
});

/** Streams of HTTP/2 have no connections of their own. */
function drainOf(server: FastifyInstance['server']): ServerDrain | null {
  return 'closeIdleConnections' in server ? ServerDrain.of(server) : null;
}

/** Without what is Fastify's: `instance.prefix` says where the plugin is, prefixes of outer scopes included. */
function routesOptionsOf(options: FraudPluginOptions): ScoringRoutesOptions {
  const own: Record<string, unknown> = { ...options };
  for (const name of ['scorer', 'closeScorer', 'prefix', 'logLevel', 'logSerializers', 'encapsulate']) delete own[name];
  return own;
}

/** Errors of the host's hooks and of Fastify itself. */
function answerError(typeBase: string | undefined): FastifyInstance['errorHandler'] {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const problem = frameworkProblem(error, { typeBase });
    // To the error handler of the host.
    if (problem === null) throw error;
    if (problem.status >= 500) request.log.error({ err: error });
    send(problem, request, reply);
  };
}
