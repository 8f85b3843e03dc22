import type { Health } from '../../../api/health.js';
import type { Collected } from './collect.js';

interface NodeHealth {
  readonly id: string;
  readonly health: Health;
}

type Problems = Pick<Collected, 'missing' | 'sameId'>;

/** Whether a fleet can answer, and which nodes have problems. A fleet without a node that is ready cannot. */
export function fleetHealth(nodes: readonly NodeHealth[], { missing, sameId }: Problems, expectedNodes = 0): Health {
  const silent = expectedNodes - nodes.length;
  const ready = nodes.filter(({ health }) => health.ready);
  const reasons = [
    ...(nodes.length === 0 ? ['no node answers'] : []),
    ...missing.map((id) => `${id}: does not answer`),
    ...sameId.map((id) => `${id}: several nodes have this id, and only one of them counts; give each its own`),
    ...(silent > missing.length ? [`${silent} of ${expectedNodes} expected nodes do not answer`] : []),
    ...nodes.flatMap(({ id, health }) => health.reasons.map((reason) => `${id}: ${reason}`)),
  ];
  return {
    status: ready.length === 0 ? 'unavailable' : reasons.length > 0 ? 'degraded' : 'ok',
    ready: ready.length > 0,
    provider: ready.find(({ health }) => health.provider !== null)?.health.provider ?? null,
    providers: nodes[0]?.health.providers ?? [],
    workers: nodes.reduce((sum, { health }) => sum + health.workers, 0),
    queueDepth: nodes.reduce((sum, { health }) => sum + health.queueDepth, 0),
    reasons,
  };
}
