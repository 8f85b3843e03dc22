import type { AlertOptions, AlertSnapshot, TrafficSnapshot, VersionSnapshot } from '../../src/api/alerts.js';
import { AlertBoard } from '../../src/monitoring/alerts/alert-board.js';
import { type ResolvedAlerts, readAlerts } from '../../src/monitoring/alerts/alert-options.js';
import type { HostRuleFailure } from '../../src/monitoring/alerts/custom-rule.js';
import { rulesInForce } from '../../src/monitoring/alerts/rules-in-force.js';
import { FieldReader } from '../../src/validation/field-reader.js';
import { noFaults } from './no-faults.js';

/** Of the tests' `batching`, in ms. */
export const targetLatencyMs = 10;

/** Traffic with nothing wrong. */
export const calmTraffic: TrafficSnapshot = {
  requests: 1_000,
  failed: 0,
  settled: 1_000,
  fallbacks: 0,
  errorRate: 0,
  fallbackRate: 0,
  latencySamples: 1_000,
  p99LatencyMs: 5,
  rowsPerSecond: 5_000,
};

const nothing = { requests: 0, failed: 0 };

/** A primary with nothing wrong. */
export const calmVersion: VersionSnapshot = {
  version: '1',
  role: 'primary',
  traffic: 1,
  recent: calmTraffic,
  decisions: 100_000,
  labelled: 50_000,
  labels: { recent: 500, falsePositiveRate: 0.01 },
  coverage: { decided: 100_000, labelled: 50_000, coverage: 0.5 },
  drift: null,
  flips: null,
  calibration: null,
};

/** A scorer of one version with nothing wrong. */
export const calmSnapshot: AlertSnapshot = {
  at: 1,
  windowSeconds: 10,
  recent: calmTraffic,
  waitedWholeWindow: false,
  failures: { last5Minutes: nothing, last30Minutes: nothing, lastHour: nothing, last6Hours: nothing },
  queue: { depth: 0, maxDepth: 1_000 },
  memoryGb: 1,
  workers: { ready: 2, configured: 2, troubled: 0 },
  labels: { recent: 500, falsePositiveRate: 0.01 },
  failover: null,
  records: null,
  sampleRatioP: null,
  versions: [calmVersion],
};

/** A calm snapshot but for these, with these of its traffic. */
export function snapshotOf(
  parts: Partial<Omit<AlertSnapshot, 'recent'>> & { recent?: Partial<TrafficSnapshot> } = {},
): AlertSnapshot {
  return { ...calmSnapshot, ...parts, recent: { ...calmTraffic, ...parts.recent } };
}

/** What `create` makes of these options. @throws {InvalidOptionsError} */
export function resolvedAlerts(alerts: AlertOptions = {}): ResolvedAlerts {
  const reader = new FieldReader({ alerts });
  const resolved = readAlerts(reader.nested('alerts'), targetLatencyMs);
  reader.throwIfInvalid();
  return resolved;
}

/** A board with the rules of these options. `look` gives what changed: `+rule` or `-rule`, then `@version` where it is about one. */
export function boardOf(alerts: AlertOptions = {}, onFailure: HostRuleFailure = noFaults) {
  const board = new AlertBoard();
  const rules = rulesInForce(resolvedAlerts(alerts), targetLatencyMs, onFailure);
  const evaluate = (snapshot: AlertSnapshot) => board.evaluate(rules, snapshot, noFaults);
  const look = (snapshot: AlertSnapshot): string[] => {
    const { raised, cleared } = evaluate(snapshot);
    const name = ({ rule, version }: { rule: string; version: string | null }): string =>
      version === null ? rule : `${rule}@${version}`;
    return [...raised.map((alert) => `+${name(alert)}`), ...cleared.map((alert) => `-${name(alert)}`)];
  };
  return { board, rules, evaluate, look };
}
