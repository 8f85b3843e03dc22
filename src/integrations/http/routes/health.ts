import type { Health } from '../../../api/health.js';
import { json, type RouteContext, type RouteDefinition } from '../context.js';

/**
 * GET `/health/live`: the process answers. GET `/health/ready`: the scorer does, 503 where it does not, and 503 once the routes are closed: the host
 * is ending then, and still answers what it has taken.
 */
export function healthRoutes({ scorer, disposers }: RouteContext): RouteDefinition[] {
  let isEnding = false;
  disposers.push(() => {
    isEnding = true;
  });
  const probe = { method: 'GET', accepts: null, maxBodyBytes: 0 } as const;
  return [
    { ...probe, path: '/health/live', name: 'live', answer: () => json({ status: 'ok' }) },
    {
      ...{ ...probe, path: '/health/ready', name: 'ready' },
      answer: () => {
        const health = isEnding ? ending(scorer.health()) : scorer.health();
        return json(health, health.ready ? 200 : 503);
      },
    },
  ];
}

function ending(health: Health): Health {
  return { ...health, status: 'unavailable', ready: false, reasons: ['the host is shutting down', ...health.reasons] };
}
