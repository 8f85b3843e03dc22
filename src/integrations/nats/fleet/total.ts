import type { Alert } from '../../../api/alerts.js';
import type { DeploymentRole, DeploymentSummary } from '../../../api/deployment.js';
import type { ModelIdentity } from '../../../api/result.js';
import type { BatchingSummary, HostSummary, QueueSummary, Summary, WorkersSummary } from '../../../api/summary.js';
import { PerformanceRecorder } from '../../../monitoring/performance-recorder.js';
import { ShadowStats } from '../../../monitoring/shadow/shadow-stats.js';
import { type NodeSums, Sums, type VersionSums } from './node-sums.js';

/** What stands for the model if no node has answered. */
const noModel: ModelIdentity = { name: '', version: '' };

/** A version that has several roles in a fleet is shown with the first of these. */
const roles: readonly DeploymentRole[] = ['primary', 'challenger', 'shadow', 'standby', 'retired'];

/**
 * The summary of all these nodes together: counts and histograms are added up, and shares, means and percentiles are computed from the sums
 * as a scorer computes its own. For one node it is the node's own summary.
 *
 * @param epochMs the time of the summary.
 */
export function summaryOfNodes(nodes: readonly NodeSums[], epochMs: number): Summary {
  const all = new Sums();
  const recent = new PerformanceRecorder();
  for (const node of nodes) {
    all.add(node.all);
    recent.addBeside(node.recent);
  }
  const readings = nodes.map(({ reading }) => reading);
  const { requests, performance, business } = all.summary();
  return {
    model: { ...modelOf(nodes) },
    timestamp: new Date(epochMs).toISOString(),
    uptimeSeconds: highest(readings.map(({ uptimeSeconds }) => uptimeSeconds)),
    performance,
    recent: { windowSeconds: readings[0]?.recent.windowSeconds ?? 0, performance: recent.summary() },
    requests,
    business,
    explanations: {
      given: sum(readings, ({ explanations }) => explanations.given),
      skipped: sum(readings, ({ explanations }) => explanations.skipped),
    },
    workers: workersOf(readings.map(({ workers }) => workers)),
    queue: queueOf(readings.map(({ queue }) => queue)),
    batching: batchingOf(readings.map(({ batching }) => batching)),
    deployments: deploymentsOf(nodes),
    host: hostOf(readings.map(({ host }) => host)),
    activeAlerts: nodes.flatMap((node) => node.reading.alerts.active.map(namer(nodes, node))),
  };
}

/** In a fleet of several, says which node an alert is about. */
export function namer(nodes: readonly NodeSums[], { id }: NodeSums): <T extends Alert>(alert: T) => T {
  return (alert) => (nodes.length === 1 ? alert : { ...alert, message: `${id}: ${alert.message}` });
}

/** The primary of most nodes. */
function modelOf(nodes: readonly NodeSums[]): ModelIdentity {
  const counts = new Map<string, { model: ModelIdentity; nodes: number }>();
  for (const { reading } of nodes) {
    const key = JSON.stringify([reading.model.name, reading.model.version]);
    counts.set(key, { model: reading.model, nodes: (counts.get(key)?.nodes ?? 0) + 1 });
  }
  const [first] = [...counts.values()].sort((one, other) => other.nodes - one.nodes);
  return first?.model ?? noModel;
}

function workersOf(all: readonly WorkersSummary[]): WorkersSummary {
  return {
    configured: sum(all, ({ configured }) => configured),
    ready: sum(all, ({ ready }) => ready),
    busy: sum(all, ({ busy }) => busy),
    lost: sum(all, ({ lost }) => lost),
    provider: all.find(({ provider }) => provider !== null)?.provider ?? null,
    providers: all[0]?.providers ?? [],
    devices: all.flatMap(({ devices }) => devices),
  };
}

function queueOf(all: readonly QueueSummary[]): QueueSummary {
  return {
    depth: sum(all, ({ depth }) => depth),
    maxDepth: sum(all, ({ maxDepth }) => maxDepth),
    oldestWaitMs: highest(all.map(({ oldestWaitMs }) => oldestWaitMs)),
    inFlight: sum(all, ({ inFlight }) => inFlight),
  };
}

/** Settings are those of the node with the largest. The batch time is a property of one machine, so several have none together. */
function batchingOf(all: readonly BatchingSummary[]): BatchingSummary {
  const sent = (reason: keyof BatchingSummary['sent']): number => sum(all, (one) => one.sent[reason]);
  return {
    maxBatchSize: highest(all.map(({ maxBatchSize }) => maxBatchSize)),
    maxQueueDelayMs: highest(all.map(({ maxQueueDelayMs }) => maxQueueDelayMs)),
    targetLatencyMs: highest(all.map(({ targetLatencyMs }) => targetLatencyMs)),
    sent: {
      idleWorker: sent('idleWorker'),
      full: sent('full'),
      delayOver: sent('delayOver'),
      deadline: sent('deadline'),
    },
    latency: all.length === 1 ? (all[0]?.latency ?? null) : null,
  };
}

/** Times of the event loop are those of the worst node. They are of threads, not of requests, so they are not added up. */
function hostOf(all: readonly HostSummary[]): HostSummary {
  const worst = (of: (host: HostSummary) => number | null): number | null => {
    const known = all.map(of).filter((value) => value !== null);
    return known.length === 0 ? null : highest(known);
  };
  const pauses = (kind: keyof HostSummary['gc']): HostSummary['gc']['minor'] => ({
    count: sum(all, ({ gc }) => gc[kind].count),
    totalMs: sum(all, ({ gc }) => gc[kind].totalMs),
  });
  return {
    eventLoop: {
      delayMs: {
        p50: worst(({ eventLoop }) => eventLoop.delayMs.p50),
        p99: worst(({ eventLoop }) => eventLoop.delayMs.p99),
        max: worst(({ eventLoop }) => eventLoop.delayMs.max),
      },
      utilization: worst(({ eventLoop }) => eventLoop.utilization),
    },
    gc: {
      minor: pauses('minor'),
      major: pauses('major'),
      incremental: pauses('incremental'),
      weakCallbacks: pauses('weakCallbacks'),
    },
  };
}

/** The versions of all nodes, by name. Those with the most important role come first. */
function deploymentsOf(nodes: readonly NodeSums[]): DeploymentSummary[] {
  const byName = new Map<string, VersionSums[]>();
  for (const one of nodes.flatMap(({ versions }) => versions)) {
    const key = JSON.stringify([one.facts.name, one.facts.version]);
    const same = byName.get(key);
    if (same === undefined) byName.set(key, [one]);
    else same.push(one);
  }
  const place = ({ role }: DeploymentSummary): number => roles.indexOf(role);
  return [...byName.values()]
    .map((parts) => deploymentOf(parts, nodes.length))
    .sort((one, other) => place(one) - place(other));
}

function deploymentOf(parts: readonly VersionSums[], nodes: number): DeploymentSummary {
  const sums = new Sums();
  for (const part of parts) sums.add(part.sums);
  const facts = parts.map((part) => part.facts);
  const [first] = facts;
  if (first === undefined) throw new Error('a version without a node');
  const live = facts.filter(({ role }) => role !== 'retired');
  const shadows = parts.map(({ shadow }) => shadow).filter((shadow) => shadow !== null);
  return {
    name: first.name,
    version: first.version,
    role: roles.find((role) => facts.some((one) => one.role === role)) ?? first.role,
    // Nodes share the requests, so its share of the fleet's traffic is about the mean of its shares.
    traffic: sum(live, ({ traffic }) => traffic) / nodes,
    since: Math.min(...(live.length > 0 ? live : facts).map(({ since }) => since)),
    workers: workersOf((live.length > 0 ? live : facts).map(({ workers }) => workers)),
    ...sums.summary(),
    ...(shadows.length === 0 ? {} : { shadow: summed(shadows).snapshot() }),
    ...(nodes === 1 ? (live[0] ?? first).single : {}),
  };
}

function summed(shadows: readonly ShadowStats[]): ShadowStats {
  const all = new ShadowStats();
  for (const shadow of shadows) all.add(shadow);
  return all;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

/** 0 if there is none. */
function highest(values: readonly number[]): number {
  return values.length === 0 ? 0 : Math.max(...values);
}
