import { compareVersions } from '../../models/repository/version-order.js';

/** A version of a model, by its names alone. */
interface Named {
  name: string;
  version: string;
}

/** Which versions of a repository are deployed: those on a list, or else those that are newer than the primary. */
export interface VersionRule {
  versions: readonly string[] | null;
  /** Null where there is no primary: nothing is newer than it then. */
  primary: string | null;
}

export function isWanted(version: string, { versions, primary }: VersionRule): boolean {
  if (versions !== null) return versions.includes(version);
  return primary !== null && compareVersions(version, primary) > 0;
}

/** In the order in which they are deployed or, without a list, offered: as on the list, or the newest first. */
export function inOrder<T extends Named>(found: readonly T[], { versions }: VersionRule): T[] {
  if (versions !== null) return found.toSorted((a, b) => versions.indexOf(a.version) - versions.indexOf(b.version));
  return found.toSorted((a, b) => compareVersions(b.version, a.version) || compareTexts(b, a));
}

/** '1' and '01' are equally new; the order must not depend on that of the folders. */
function compareTexts(a: Named, b: Named): number {
  const [left, right] = [`${a.version}/${a.name}`, `${b.version}/${b.name}`];
  if (left === right) return 0;
  return left > right ? 1 : -1;
}
