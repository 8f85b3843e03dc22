import type { DeploymentSummary } from '../api/deployment.js';
import type { WorkersSummary } from '../api/summary.js';
import type { MetricsView } from '../monitoring/metrics/metrics-view.js';
import type { VersionStats } from '../monitoring/version-stats.js';
import type { FakeVersion } from './fake-version.js';
import type { FakeVersions } from './fake-versions.js';

/** The last so many that have retired are listed, as of a real scorer. */
const mostRetired = 10;

/** Metrics tell the last so many that have retired apart, as of a real scorer. */
const mostKept = 5;

export interface VersionReportsOptions {
  /** Asked once something is counted or read. */
  versions: () => FakeVersions;
  /** Requests that are not answered yet, and how long the oldest has waited, in ms. */
  waiting: () => { count: number; oldestWaitMs: number };
  isClosed: () => boolean;
}

/** What a fake says of its versions, in the forms of a real scorer. */
export class VersionReports {
  readonly #options: VersionReportsOptions;

  constructor(options: VersionReportsOptions) {
    this.#options = options;
  }

  /** Versions that answer, or did: what a shadow would have done is counted as its own. */
  get counted(): readonly FakeVersion[] {
    const { serving, retired } = this.#options.versions();
    return [...serving, ...retired.filter(({ options }) => options.shadow === null)];
  }

  /** The versions that are live, then those that have retired. */
  all(): DeploymentSummary[] {
    const { live, retired } = this.#options.versions();
    return [...live, ...retired.slice(0, mostRetired)].map((version) => this.of(version));
  }

  of(version: FakeVersion): DeploymentSummary {
    const versions = this.#options.versions();
    const { since, shadow, canary } = version.options;
    const role = versions.roleOf(version);
    const comparison = versions.experiments.comparisonOf(version);
    return {
      ...version.model,
      since,
      workers: this.#workers(role === 'retired' ? 0 : versions.workersOf(version)),
      ...version.stats.summary(),
      role,
      traffic: versions.trafficOf(version),
      ...(shadow === null ? {} : { shadow: shadow.stats.snapshot() }),
      ...(canary === null ? {} : { canary: canary.summary }),
      ...(comparison === null ? {} : { comparison, sampleRatio: versions.experiments.sampleRatio() }),
    };
  }

  /** Of all versions. */
  workers(): WorkersSummary {
    const versions = this.#options.versions();
    return this.#workers(versions.serving.reduce((sum, version) => sum + versions.workersOf(version), 0));
  }

  /** Of each version that serves, the primary first. */
  readyWorkers(): { version: string; ready: number; configured: number }[] {
    const versions = this.#options.versions();
    const { primary, serving } = versions;
    return [primary, ...serving.filter((other) => other !== primary)].map((version) => {
      const { ready, configured } = this.#workers(versions.workersOf(version));
      return { version: version.version, ready, configured };
    });
  }

  /** @param unrouted what no version counted. */
  countedBy(unrouted: VersionStats): Map<string, VersionStats[]> {
    const counted = new Map<string, VersionStats[]>([['', [unrouted]]]);
    for (const { version, stats } of this.counted) counted.set(version, [...(counted.get(version) ?? []), stats]);
    return counted;
  }

  forMetrics(): Pick<MetricsView, 'live' | 'labels' | 'shadows'> {
    const versions = this.#options.versions();
    const provider = this.#options.isClosed() ? null : 'cpu';
    return {
      live: versions.live.map((version) => {
        return { ...version.model, role: versions.roleOf(version), traffic: versions.trafficOf(version), provider };
      }),
      labels: this.counted.map(({ version, stats: { labels } }) => ({ version, labels })),
      shadows: [...versions.shadows, ...versions.retired.slice(0, mostKept)].flatMap(
        ({ version, options: { shadow } }) => (shadow === null ? [] : [{ version, shadow: shadow.stats.snapshot() }]),
      ),
    };
  }

  #workers(configured: number): WorkersSummary {
    const { waiting, isClosed } = this.#options;
    const ready = isClosed() ? 0 : configured;
    const providers: WorkersSummary['providers'] = [{ provider: 'cpu', reason: null }];
    const busy = Math.min(ready, waiting().count);
    return { configured, ready, busy, lost: 0, provider: 'cpu', providers, devices: [] };
  }
}
