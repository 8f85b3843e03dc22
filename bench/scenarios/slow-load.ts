import { VersionDirectories } from '../../test/chaos/faults/version-directories.js';
import { readModel, runDirectly } from '../../test/chaos/oracle/direct-run.js';
import { withSlowLoad } from '../../test/support/heavy-graphs.js';
import { nodesThatTake } from '../../test/support/load-time.js';
import { Pacer } from '../load/pacer.js';
import { ReferenceRequests } from '../load/reference-requests.js';
import type { Result } from '../report/result.js';
import { Resources } from '../resources.js';
import type { Settings } from '../settings.js';
import { type AbandonedReport, measureAbandoned } from '../slow-load/measure-abandoned.js';
import { type LoadedVersion, measureRollbacks, type RollbackReport } from '../slow-load/measure-rollbacks.js';
import { figureOf } from '../statistics.js';
import type { Scenario } from './scenario.js';

const rows = 1_024;

/** A version that takes half a minute to load, and what has to happen meanwhile. */
export const slowLoad: Scenario = {
  name: 'slow-load',
  title: 'A model that takes long to load',
  async run({ settings, steps }) {
    const { ratePerSecond, loadMs, rollbacks } = settings.slowLoad;
    steps.expect(2);
    await using directories = await VersionDirectories.make(settings.model);
    await using resources = new Resources();
    const requests = ReferenceRequests.generate(rows);
    const features = requests.all.map((request) => request.features as Record<string, Float32Array>);
    const version = async (name: string, scale: number): Promise<LoadedVersion> => {
      const directory = await directories.serving(name, scale);
      return { directory, scores: await runDirectly(readModel(directory), features) };
    };
    const versions = { a: await version('a', 1), b: await version('b', 1.2), slow: await version('slow', 1.4) };
    const nodes = await nodesThatTake(loadMs);
    const { riskScore } = readModel(versions.slow.directory).outputs;
    // The scores are multiplied by 1, so that they stay those of the direct run.
    await directories.change(versions.slow.directory, (graph) => withSlowLoad(graph, riskScore, nodes));
    const pace = resources.add(new Pacer(settings.tickMs));
    const found = await measureRollbacks({ versions, requests, rows, ratePerSecond, loadMs, rollbacks, pace });
    steps.done('rollbacks while a version loads');
    const startTimeoutMs = Math.max(loadMs / 6, 2_000);
    const abandoned = await measureAbandoned(versions.a.directory, versions.slow.directory, startTimeoutMs);
    steps.done('loads that are given up');
    return report(settings, found, abandoned);
  },
};

function report({ slowLoad }: Settings, found: RollbackReport, abandoned: AbandonedReport): Result {
  const { ratePerSecond, loadMs, rollbacks } = slowLoad;
  const { sent, lost, wrong, misrouted, rollbackMs, whileLoading } = found;
  const one = (value: number) => figureOf([value]);
  return {
    tables: [
      {
        title: `${rollbacks} rollbacks at ${ratePerSecond.toLocaleString('en')}/s, 2 workers, while a model of ${loadMs / 1_000} s loads`,
        columns: [
          { name: '' },
          { name: 'a rollback', unit: 'ms' },
          { name: 'while it loaded', unit: 'count' },
          { name: 'deploy', unit: 'ms' },
          { name: 'requests', unit: 'count' },
          { name: 'lost', unit: 'count' },
          { name: 'wrong', unit: 'count' },
          { name: 'not by the primary', unit: 'count' },
          { name: 'P99 before', unit: 'ms' },
          { name: 'P99 while it loads', unit: 'ms' },
        ],
        rows: [
          [
            'bundled model',
            figureOf(rollbackMs),
            ...[whileLoading, found.deployMs, sent, lost, wrong, misrouted].map(one),
            ...[found.p99BeforeMs, found.p99WhileLoadingMs].map(one),
          ],
        ],
      },
      {
        title: 'Loads that startTimeoutMs gives up',
        columns: [
          { name: '' },
          { name: 'threads left', unit: 'count' },
          { name: 'MiB of resident memory for each', unit: 'ratio' },
        ],
        rows: [[abandoned.codes.join(', '), one(abandoned.threadsLeft), one(abandoned.growthMb)]],
      },
    ],
    plots: [],
    goals: [
      {
        what: 'the slowest rollback while a version loads',
        bound: 'under',
        limit: 1_000,
        unit: 'ms',
        figure: one(Math.max(...rollbackMs)),
      },
      {
        what: 'rollbacks that were over while it loaded',
        bound: 'at least',
        limit: rollbacks,
        unit: 'count',
        figure: one(whileLoading),
      },
      {
        what: 'requests lost, wrong, or not by the version that was live, while a version loads',
        bound: 'at most',
        limit: 0,
        unit: 'count',
        figure: one(lost + wrong + misrouted),
      },
      {
        what: 'threads left of loads that were given up',
        bound: 'at most',
        limit: 0,
        unit: 'count',
        figure: one(abandoned.threadsLeft),
      },
    ],
    notes: [],
  };
}
