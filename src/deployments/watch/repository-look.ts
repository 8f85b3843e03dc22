import { join } from 'node:path';
import type { WatchedScorer } from '../../api/watch.js';
import { ModelInvalidError } from '../../errors.js';
import { codeOf, messageOf } from '../../host/thrown.js';
import { realRepository, type VersionFolder, versionFolders } from '../../models/repository/version-folders.js';
import { inOrder, isWanted, type VersionRule } from './choose-versions.js';
import type { ProblemLog } from './problem-log.js';
import type { SettledVersions } from './settled-versions.js';
import type { VersionDeployer } from './version-deployer.js';
import type { SettledVersion, VersionLedger } from './version-ledger.js';
import type { ResolvedWatchOptions } from './watch-options.js';

/** The parts that a check needs. */
export interface LookParts {
  scorer: WatchedScorer;
  /** The repository's directory, as it was given. */
  directory: string;
  options: Pick<ResolvedWatchOptions, 'versions' | 'names'>;
  settled: SettledVersions;
  ledger: VersionLedger;
  problems: ProblemLog;
  deployer: VersionDeployer;
  /** If aborted, the current check does nothing more, and there are no further checks. */
  stopping: AbortController;
}

/** Checks a model repository once: deploys new versions that have settled. Never rejects. */
export async function lookAtRepository(parts: LookParts): Promise<void> {
  try {
    await look(parts);
  } catch (error) {
    if (parts.stopping.signal.aborted) return;
    if (codeOf(error) === 'ERR_CLOSED') parts.stopping.abort();
    else tellOfRepository(parts, `could not be looked at: ${messageOf(error)}`, error);
  }
}

async function look(parts: LookParts): Promise<void> {
  const { directory, options, ledger, problems, settled } = parts;
  const deployments = parts.scorer.deployments();
  ledger.noteLive(deployments);
  const primary = deployments.find(({ role }) => role === 'primary');
  const rule: VersionRule = { versions: options.versions, primary: primary?.version ?? null };
  const real = await realRepository(directory);
  if (real === null) {
    tellOfRepository(parts, 'expected a directory, found none; it is looked for again');
    return;
  }
  const found: SettledVersion[] = [];
  for (const name of options.names ?? (primary === undefined ? [] : [primary.name])) {
    for (const folder of await foldersOf(parts, real, name)) {
      if (!isWanted(folder.version, rule) && ledger.modelOf(folder.version) !== name) continue;
      const version = await settledVersion(parts, folder);
      parts.stopping.signal.throwIfAborted();
      if (version !== null) found.push(version);
    }
  }
  settled.endLook();
  problems.settle({ type: 'repository', directory });
  await deployNew(parts, found, rule);
}

/** A model folder that cannot be read must not stop the check of the others. */
async function foldersOf({ directory, problems }: LookParts, real: string, name: string): Promise<VersionFolder[]> {
  const problem = { type: 'repository', directory: join(directory, name) } as const;
  try {
    const folders = await versionFolders({ given: directory, real }, name);
    problems.settle(problem);
    return folders;
  } catch (error) {
    if (!(error instanceof ModelInvalidError)) throw error;
    problems.tell({ ...problem, name, version: null, message: error.message, error }, error.message);
    return [];
  }
}

async function settledVersion({ settled, problems }: LookParts, folder: VersionFolder): Promise<SettledVersion | null> {
  const seen = await settled.see(folder);
  if (seen === null) return null;
  const { name, version, given } = folder;
  const problem = { type: 'broken', directory: given } as const;
  if (seen.state === 'broken') {
    problems.tell({ ...problem, name, version, message: `${seen.message}. It is looked at again` }, seen.print);
    return null;
  }
  problems.settle(problem);
  const { directory, print, modelPrint } = seen;
  return { name, version, given, directory, print, modelPrint };
}

/** Deploys each version on the list. Without a list, deploys only the newest and marks the older ones as done. */
async function deployNew(parts: LookParts, found: readonly SettledVersion[], rule: VersionRule): Promise<void> {
  const wanted = found.filter((version) => isNew(parts, version) && isWanted(version.version, rule));
  const versions = inOrder(wanted, rule);
  for (const [index, version] of versions.entries()) {
    const outcome = await parts.deployer.offer(version);
    if (rule.versions !== null || outcome === 'declined') continue;
    // The host could not be asked. The next check tries again, and an older version must not come first.
    if (outcome === 'tried') for (const older of versions.slice(index + 1)) parts.ledger.close(older);
    return;
  }
}

function isNew({ ledger, problems }: LookParts, found: SettledVersion): boolean {
  const { name, version, given } = found;
  const problem = { type: 'changed', directory: given, name, version } as const;
  const verdict = ledger.judge(found);
  if (verdict === 'changed') {
    const message = `${given}: its contents have changed since version ${JSON.stringify(version)} was deployed. They are not deployed: give them a version of their own`;
    problems.tell({ ...problem, message }, found.modelPrint);
  } else if (verdict === 'taken') {
    const message = `${given}: another model has been deployed as version ${JSON.stringify(version)}. Versions are told apart by their version alone: give this one another`;
    problems.tell({ ...problem, message }, 'taken');
  } else {
    problems.settle(problem);
  }
  return verdict === 'new';
}

function tellOfRepository({ directory, problems }: LookParts, reason: string, error?: unknown): void {
  const problem = {
    type: 'repository',
    directory,
    name: null,
    version: null,
    message: `${directory}: ${reason}`,
  } as const;
  problems.tell(error === undefined ? problem : { ...problem, error }, reason);
}
