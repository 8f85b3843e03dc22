import type { Alert } from '../api/alerts.js';
import type { FraudScorerEvents } from '../api/events.js';
import type { EventName } from '../host/events.js';
import type { Manifest } from '../models/manifest.js';
import { identityOf } from './test-model.js';

/** What an event of each kind is like, at this time. */
type EventDefaults = {
  readonly [Event in EventName]: (manifest: Manifest, at: number) => FraudScorerEvents[Event][0];
};

const latencyAlert = (_manifest: Manifest, since: number): Alert => ({
  rule: 'latency',
  severity: 'warning',
  version: null,
  value: 150,
  threshold: 100,
  since,
  message: 'P99 latency of 150.0 ms over 10 s, allowed 100 ms',
  advice: 'Compare queueMs with inferenceMs in summary().recent.performance',
});

export const eventDefaults: EventDefaults = {
  alert: latencyAlert,
  alertCleared: latencyAlert,
  decision: (manifest, at) => ({
    id: 'tx-1',
    decision: 'APPROVE',
    fraudProbability: Math.fround(0.05),
    riskScore: Math.fround(0.05),
    model: identityOf(manifest),
    source: 'model',
    at,
  }),
  deployment: ({ version }, at) => ({ type: 'deployed', version, at, traffic: 1 }),
  workerLost: ({ version }) => ({ reason: 'the worker exited with code 1', version, readyWorkers: 1 }),
};

export function isAlert(value: object): value is Alert {
  return 'rule' in value;
}

export function isEvent(name: unknown): name is EventName {
  return typeof name === 'string' && Object.hasOwn(eventDefaults, name);
}
