import type { Alert } from '../api/alerts.js';
import type { DecisionRecord, DeploymentEvent, WorkerLostEvent } from '../api/events.js';
import type { Health } from '../api/health.js';
import type { Metrics } from '../api/metrics.js';
import type { Decision } from '../api/result.js';
import type { Summary } from '../api/summary.js';
import { AlertList } from './alert-list.js';
import { eventDefaults } from './event-fixtures.js';
import { FakeClock } from './fake-clock.js';
import { readFakeOptions } from './fake-options.js';
import { fakeParts } from './fake-parts.js';
import { type FixtureOptions, fixtureTime, type PartialDeep, withFields } from './fixture-options.js';
import { modelResult } from './results.js';
import type { Statistics } from './statistics.js';
import { identityOf, manifestOf, policyOf } from './test-model.js';

const seconds = 60;

/** What is decided each second. */
const decidedEachSecond: readonly Decision[] = [...Array<Decision>(8).fill('APPROVE'), 'REVIEW', 'BLOCK'];

/** A summary as after a minute with ten requests a second, half of them with a label. Each call makes another object. */
export function summary(fields: PartialDeep<Summary> = {}, options: FixtureOptions = {}): Summary {
  return withFields<Summary>(afterOneMinute(options).summary(), fields);
}

/** Metrics as after that same minute. */
export function metrics(options: FixtureOptions = {}): Metrics {
  return afterOneMinute(options).metrics();
}

/** The health of a scorer that is well. */
export function health(fields: Partial<Health> = {}): Health {
  return {
    status: 'ok',
    ready: true,
    provider: 'cpu',
    providers: [{ provider: 'cpu', reason: null }],
    workers: 2,
    queueDepth: 0,
    reasons: [],
    ...fields,
  };
}

/** What the event `alert` gives: by default one of the rule `latency`. */
export function alert(fields: Partial<Alert> = {}): Alert {
  return { ...eventDefaults.alert(manifestOf(undefined), fixtureTime), ...fields };
}

/** What the event `decision` gives. */
export function decisionRecord(fields: Partial<DecisionRecord> = {}, { model }: FixtureOptions = {}): DecisionRecord {
  return { ...eventDefaults.decision(manifestOf(model), fixtureTime), ...fields };
}

/** What the event `deployment` gives: by default that the model's version was deployed. */
export function deploymentEvent(
  fields: Partial<DeploymentEvent> = {},
  { model }: FixtureOptions = {},
): DeploymentEvent {
  return { ...eventDefaults.deployment(manifestOf(model), fixtureTime), ...fields };
}

/** What the event `workerLost` gives. */
export function workerLostEvent(
  fields: Partial<WorkerLostEvent> = {},
  { model }: FixtureOptions = {},
): WorkerLostEvent {
  return { ...eventDefaults.workerLost(manifestOf(model), fixtureTime), ...fields };
}

function afterOneMinute({ model: of }: FixtureOptions): Statistics {
  const manifest = manifestOf(of);
  const model = identityOf(manifest);
  const clock = new FakeClock(fixtureTime);
  const { statistics, versions } = fakeParts({
    options: { ...readFakeOptions(of === undefined ? {} : { model: of }), clock },
    alerts: new AlertList(),
    waiting: () => ({ count: 0, oldestWaitMs: 0 }),
    isClosed: () => false,
    tell: () => {},
  });
  const basis = { manifest, model, policy: policyOf(manifest, {}), explain: false };
  let request = 0;
  for (let second = 0; second < seconds; second += 1) {
    clock.advance(1_000);
    for (const decision of decidedEachSecond) {
      request += 1;
      const id = `tx-${request}`;
      const timing = {
        queueMs: 0.1,
        inferenceMs: 0.4 + (request % 10) / 10,
        totalMs: 0.6 + (request % 10) / 10,
        batchSize: 1,
      };
      statistics.recordAnswer(
        versions.primary.stats,
        modelResult({ decision }, basis, id, timing),
        Float64Array.of(25),
      );
      if (second % 2 === 0) statistics.recordOutcome({ id, isFraud: decision === 'BLOCK' });
    }
  }
  return statistics;
}
