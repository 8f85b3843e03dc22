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

/** Replaces the clock and file system of the process in tests. */
export interface WatchSurroundings {
  clock: Clock;
  filesWith: (clock: Clock, signal: AbortSignal) => RepositoryFiles;
}

/**
 * Watches a model repository, which is a directory with `<name>/<version>/model.json`, and deploys new versions that appear in it. By
 * default only the newest version is deployed, if it is newer than the primary, and it becomes a shadow. See "Model repository" in
 * docs/deployments.md.
 *
 * A version is deployed after its manifest and the sha256 of all its files agree in two checks in a row. A version is never retired because
 * its directory is gone. The watcher ends when it is stopped, or when a deployment is refused because the scorer is closed.
 *
 * @param directory a path or file URL. It may be missing at first.
 * @throws {InvalidOptionsError} if an option is unknown or out of range.
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

/** The same function with a test's surroundings. */
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
