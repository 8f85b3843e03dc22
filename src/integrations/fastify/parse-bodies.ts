import type { FastifyContentTypeParser, FastifyInstance } from 'fastify';

/** Lets one parser take the bodies of every type, in this scope and in those below it. */
export function parseBodies(instance: FastifyInstance, parser: FastifyContentTypeParser): void {
  instance.removeAllContentTypeParsers();
  // Fastify remembers the parser of a type that is named, and looks for that of any other with each request.
  for (const type of ['application/json', 'application/x-ndjson', '*']) instance.addContentTypeParser(type, parser);
}
