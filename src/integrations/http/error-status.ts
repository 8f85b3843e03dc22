/** The status that a body parser, a router or a framework put on its error; 500 where there is none. */
export function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500;
  try {
    // NestJS has a method, Express and Koa `status`, Fastify `statusCode`.
    const getStatus: unknown = Reflect.get(error, 'getStatus');
    const own: unknown = typeof getStatus === 'function' ? Reflect.apply(getStatus, error, []) : undefined;
    const status = own ?? Reflect.get(error, 'status') ?? Reflect.get(error, 'statusCode');
    return typeof status === 'number' ? status : 500;
  } catch {
    return 500;
  }
}
