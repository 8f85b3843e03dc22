import type { FleetCanary, FleetEntry, FleetRollout, FleetState, NodeReport } from '../../integrations/nats/index.js';
import { table } from '../table.js';

/** What the fleet should serve, and what each node serves. */
export function fleetText(fleet: string, { state, revision }: FleetEntry, nodes: readonly NodeReport[]): string {
  const { primary, previous, challengers, shadows, canary, rollout } = state;
  const name = (version: { model: string; version: string }): string => `${version.model} ${version.version}`;
  const wanted = [
    ['primary', primary === null ? 'none' : name(primary)],
    ...(previous === null ? [] : [['before it', name(previous)]]),
    ...challengers.map((one) => ['challenger', `${name(one)}, ${share(one.traffic)}`]),
    ...shadows.map((one) => ['shadow', `${name(one)}, ${share(one.sample ?? 1)} of requests`]),
    ...(canary === null ? [] : [['canary', canaryText(canary)]]),
    ...(rollout === null ? [] : [['last roll-out', `${rolloutText(rollout)}${since(state, rollout)}`]]),
  ];
  const head = `Fleet ${fleet}, revision ${revision}`;
  return `${head}\n${table(['role', 'version'], wanted, [15, 80])}\n${nodesText(nodes, revision)}\n`;
}

/** What each node serves. @param revision that of the desired state; null if it is not valid. */
export function nodesText(nodes: readonly NodeReport[], revision: number | null): string {
  const rows = nodes.map((node) => [
    node.id,
    node.versions
      .map(({ version, role, traffic }) =>
        traffic > 0 ? `${version} ${role} ${share(traffic)}` : `${version} ${role}`,
      )
      .join(', '),
    node.reached !== null && node.reached === revision
      ? 'yes'
      : node.loading === null
        ? 'no'
        : `loading ${node.loading}`,
    node.error === null ? '' : `${node.error.code}: ${node.error.message}`,
  ]);
  return rows.length === 0
    ? 'No node is there.'
    : table(['node', 'versions', 'follows', 'error'], rows, [16, 30, 12, 36]);
}

/** A roll-out stays the last one when its version has lost the role. */
function since({ primary }: FleetState, { state, role, version }: FleetRollout): string {
  const isReplaced = state === 'done' && role === 'primary' && primary !== null && primary.version !== version;
  return isReplaced ? `; since then ${primary.version} has become the primary` : '';
}

export function canaryText({ model, version, state, step, steps, reason }: FleetCanary): string {
  return `${model} ${version}, ${state}, step ${step + 1} of ${steps.length}${why(reason)}`;
}

export function rolloutText({ version, role, state, node, code, reason }: FleetRollout): string {
  const who = node === null ? '' : ` on node ${node}`;
  return `${version} as ${role}: ${state}${who}${code === null ? '' : ` (${code})`}${why(reason)}`;
}

function why(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}

function share(traffic: number): string {
  return `${Number((100 * traffic).toPrecision(3))} %`;
}
