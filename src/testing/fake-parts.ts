import type { DeploymentEvent } from '../api/events.js';
import type { DeployOrder } from '../deployments/deploy-options.js';
import { describeModel } from '../models/describe-model.js';
import type { Manifest } from '../models/manifest.js';
import { ShadowStats } from '../monitoring/shadow/shadow-stats.js';
import { KnownNames } from '../requests/known-names.js';
import type { AlertList } from './alert-list.js';
import { FakeCanary } from './fake-canary.js';
import { FakeOperations } from './fake-operations.js';
import type { ResolvedFakeOptions } from './fake-options.js';
import { FakeVersion } from './fake-version.js';
import { FakeVersions } from './fake-versions.js';
import { RequestCheck } from './request-check.js';
import { Statistics } from './statistics.js';
import { modelAt } from './test-models.js';

export interface FakePartsOptions {
  options: Pick<
    ResolvedFakeOptions,
    | 'clock'
    | 'manifest'
    | 'models'
    | 'routingSalt'
    | 'checkFeatures'
    | 'ignoresUnknown'
    | 'policy'
    | 'maxQueueSize'
    | 'workers'
  >;
  alerts: AlertList;
  /** Requests that are not answered yet, and how long the oldest has waited, in ms. */
  waiting: () => { count: number; oldestWaitMs: number };
  isClosed: () => boolean;
  tell: (event: Omit<DeploymentEvent, 'at'>) => void;
}

/** The versions of a fake, what is done with them, and what they count. */
export interface FakeParts {
  versions: FakeVersions;
  operations: FakeOperations;
  statistics: Statistics;
}

/** Joins the parts. */
export function fakeParts({ options, alerts, waiting, isClosed, tell }: FakePartsOptions): FakeParts {
  const { clock, manifest, models, routingSalt, checkFeatures, ignoresUnknown, maxQueueSize, workers } = options;
  const known = new KnownNames();
  let made = 0;
  // The host's thresholds, for versions to come.
  let hostPolicy = options.policy;
  const statistics = new Statistics({ clock, alerts, maxQueueSize, waiting, isClosed, versions: () => versions });
  const make = (of: Manifest, { role, policy, workers: workersGiven }: DeployOrder): FakeVersion => {
    const canary = role.kind === 'challenger' ? role.canary : null;
    return new FakeVersion({
      index: made++,
      manifest: of,
      policy: { ...hostPolicy, ...policy },
      workersGiven,
      stats: statistics.newStats(of.version),
      check: new RequestCheck(checkFeatures ? of : null, ignoresUnknown, known),
      description: describeModel(of, ignoresUnknown ? 'ignore' : 'refuse'),
      since: clock.epochMs(),
      shadow: role.kind === 'shadow' ? { stats: new ShadowStats(), sample: role.sample } : null,
      canary: canary === null ? null : new FakeCanary(canary.steps),
    });
  };
  const first = make(manifest, { role: { kind: 'primary' }, policy: {}, workers: null });
  const versions = new FakeVersions(first, routingSalt, workers);
  statistics.begin();
  const operations = new FakeOperations({
    ...{ versions, isClosed, make, tell },
    modelAt: (path) => modelAt(path, models),
    summaryOf: (version) => statistics.deployment(version),
    summaries: () => statistics.deployments(),
    keepPolicy: (patch) => {
      hostPolicy = { ...hostPolicy, ...patch };
    },
  });
  return { versions, operations, statistics };
}
