import { json, type RouteContext, type RouteDefinition } from '../context.js';

/** GET `/health/live`: the process answers. GET `/health/ready`: the scorer does, 503 where it does not. */
export function healthRoutes({ scorer }: RouteContext): RouteDefinition[] {
  const probe = { method: 'GET', accepts: null, maxBodyBytes: 0 } as const;
  return [
    { ...probe, path: '/health/live', name: 'live', answer: () => json({ status: 'ok' }) },
    {
      ...{ ...probe, path: '/health/ready', name: 'ready' },
      answer: () => {
        const health = scorer.health();
        return json(health, health.ready ? 200 : 503);
      },
    },
  ];
}
