import { type DeploymentEvent, FraudScorer } from 'fraud-scorer';
import { openLoop } from '../load/open-loop.js';
import type { Pace } from '../load/pacer.js';
import { blockProbability, type CanaryKind } from './kinds.js';

/** After so long it has waited for too long. */
const patienceMs = 120_000;

export interface CanaryOutcome {
  /** `promoted`, the guard that aborted it, or `waited`. */
  ended: string;
  /** What the guard saw; null where none ended it. */
  seen: number | null;
  seconds: number;
  /** 95th percentiles of the time to an answer in the whole run. */
  primaryP95Ms: number | null;
  canaryP95Ms: number | null;
}

export interface CanaryRun {
  kind: CanaryKind;
  /** Model directories. */
  primary: string;
  canary: string;
  ratePerSecond: number;
  stepMs: number;
  pace: Pace;
}

/** Has one canary decided, by a scorer of its own with real models and workers under load. */
export async function runCanary({
  kind,
  primary,
  canary,
  ratePerSecond,
  stepMs,
  pace,
}: CanaryRun): Promise<CanaryOutcome> {
  const risks = { reviewProbability: 0.999, reviewRisk: 1, blockRisk: 1 };
  await using scorer = await FraudScorer.create({
    model: primary,
    providers: ['cpu'],
    workers: 1,
    policy: { ...risks, blockProbability },
  });
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(patienceMs)]);
  const ended: DeploymentEvent[] = [];
  scorer.on('deployment', (event) => {
    if (event.type !== 'promoted' && event.type !== 'canaryAborted') return;
    ended.push(event);
    stop.abort();
  });
  const send = (): Promise<unknown> => scorer.score({ id: `${Math.random()}`, features: { x: Math.random() } });
  const load = openLoop({ ratePerSecond, durationMs: Number.POSITIVE_INFINITY, pace, send, signal });
  // Both versions are compared in what follows, and not with the first requests of a process.
  for (let start = performance.now(); performance.now() - start < 1_000; ) await pace.pause();
  const start = performance.now();
  await scorer.deploy(canary, {
    policy: { blockProbability: kind.blockProbability },
    // Of the options, only those of time differ from the defaults: a step of ten minutes has more than enough requests.
    canary: { steps: [0.3, 1], stepMs, minRequests: 100 },
  });
  await load;
  const seconds = (performance.now() - start) / 1_000;
  const p95 = (version: string): number | null =>
    scorer.deployments().find((deployment) => deployment.version === version)?.performance.latencyMs.p95 ?? null;
  const [end] = ended;
  return {
    ended: end === undefined ? 'waited' : end.type === 'promoted' ? 'promoted' : (end.guard ?? 'aborted'),
    seen: end?.seen ?? null,
    seconds,
    primaryP95Ms: p95('1'),
    canaryP95Ms: p95('2'),
  };
}
