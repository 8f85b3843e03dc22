import { transferableAbortController } from 'node:util';
import type { ModelWatcher, WatchedScorer, WatchModelsOptions } from '../../api/watch.js';
import { type Clock, systemClock } from '../../host/clock.js';
import { containedLogger } from '../../host/logging.js';
import { requirePath } from '../../models/model-location.js';
import { cachedFiles, type RepositoryFiles } from '../../models/repository/repository-files.js';
import { LookLoop } from './look-loop.js';
import { ProblemLog } from './problem-log.js';
import { lookAtRepository } from './repository-look.js';
import { SettledVersions } from './settled-versions.js';
import { VersionDeployer } from './version-deployer.js';
import { VersionLedger } from './version-ledger.js';
import { requireScorer, resolveWatchOptions } from './watch-options.js';

/** What a test puts in place of the process's own. */
export interface WatchSurroundings {
  clock: Clock;
  filesWith: (clock: Clock, signal: AbortSignal) => RepositoryFiles;
}

/**
 * Watches a model repository, a directory with `<name>/<version>/model.json`, and deploys new versions that appear in it: by default as a
 * shadow, and only the newest of those that are newer than the primary. See "Model repository" in docs/deployments.md.
 *
 * A version is taken once its manifest and all its files agree by their sha256 in two looks running. Nothing is ever retired because its
 * directory is gone. The watcher ends when it is stopped, or when a deployment is refused because the scorer is closed.
 *
 * @param directory a path or a file URL. It need not be there yet.
 * @throws {InvalidOptionsError} where an option is unknown or out of its range.
 *
 * @example
 * await using watcher = watchModels(scorer, 'models', { deploy: { canary: { steps: [0.05, 0.25, 1], stepMs: 600_000 } } });
 */
export function watchModels(
  scorer: WatchedScorer,
  directory: string | URL,
  options?: WatchModelsOptions,
): ModelWatcher {
  return watchModelsIn({ clock: systemClock, filesWith: cachedFiles }, scorer, directory, options);
}

/** The same with surroundings of a test's. */
export function watchModelsIn(
  { clock, filesWith }: WatchSurroundings,
  scorer: WatchedScorer,
  location: string | URL,
  givenOptions?: WatchModelsOptions,
): ModelWatcher {
  requireScorer(scorer);
  const directory = requirePath(location, 'directory');
  const options = resolveWatchOptions(givenOptions);
  const stopping = transferableAbortController();
  const logger = containedLogger(options.logger, clock);
  const problems = new ProblemLog(logger, options.onProblem);
  const ledger = new VersionLedger();
  const parts = {
    scorer,
    directory,
    options,
    ledger,
    problems,
    stopping,
    settled: new SettledVersions(filesWith(clock, stopping.signal)),
    deployer: new VersionDeployer({ scorer, choice: options.deploy, ledger, problems, logger, stopping }),
  };
  return new LookLoop(() => lookAtRepository(parts), options.everyMs, stopping, clock);
}
