import type { DecisionPolicy } from '../../../../api/policy.js';
import { ModelInvalidError } from '../../../../errors.js';
import { codeOf } from '../../../../host/thrown.js';
import type { FoundModel } from '../models/model-source.js';
import type { FleetVersion } from '../state/fleet-state.js';
import { optionsOf } from './action-options.js';
import type { FollowedScorer } from './followed-scorer.js';
import type { KnownVersions } from './known-versions.js';
import { type LoadedVersion, likeness } from './likeness.js';
import type { Action } from './next-action.js';

export interface BringOptions {
  scorer: Pick<FollowedScorer, 'deploy' | 'retire'>;
  known: KnownVersions;
  /** The files of a version. Rejects if the node does not have it. */
  find: (version: FleetVersion) => Promise<FoundModel>;
  /** Whether the version is still wanted. */
  isWanted: () => boolean;
  /** The fleet's thresholds for the version. */
  policy: () => Partial<DecisionPolicy>;
}

/**
 * Finds a version and loads it. If one of its name is live, it stays if it has the same files. Else it ends first, once the other files were
 * found, because a scorer does not load a version beside one of the same name.
 *
 * @throws {ModelInvalidError} if the live one is the primary, which cannot end. @throws what finding and loading throw.
 */
export async function bringVersion(action: Extract<Action, { kind: 'deploy' }>, options: BringOptions): Promise<void> {
  const { scorer, known, isWanted, policy } = options;
  const { version } = action;
  const found = await findFiles(version, options);
  if (!isWanted()) return;
  const live = known.find(version.version);
  if (live !== undefined) {
    if (found === null || (live.model === version.model && live.sha256 === found.sha256)) {
      known.isOf(version);
      return;
    }
    if (live.role === 'primary') throw otherPrimary(live);
    await scorer.retire(version.version);
    if (!isWanted()) return;
  }
  if (found !== null) await scorer.deploy(found.directory, optionsOf(action, policy()));
}

/** @returns null if the node has no files of the version, but the version is live, and nothing says that it is another one. */
async function findFiles(version: FleetVersion, { known, find }: BringOptions): Promise<FoundModel | null> {
  try {
    return await find(version);
  } catch (error) {
    const live = known.find(version.version);
    const isUnclear = live !== undefined && likeness(version, live) === 'unclear';
    if (isUnclear && ['ERR_MODEL_INVALID', 'ERR_MODEL_INTEGRITY'].includes(codeOf(error) ?? '')) return null;
    throw error;
  }
}

function otherPrimary({ version }: LoadedVersion): ModelInvalidError {
  const name = JSON.stringify(version);
  return new ModelInvalidError(
    `version: expected a name of its own for other contents, received ${name}, which is the primary here with other contents: deploy them under another name, or restart this node`,
  );
}
