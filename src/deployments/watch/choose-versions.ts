import { compareVersions } from '../../models/repository/version-order.js';

/** The name and version of a model. */
interface Named {
  name: string;
  version: string;
}

/** Which versions of a repository are deployed: those on a list, else those that are newer than the primary. */
export interface VersionRule {
  versions: readonly string[] | null;
  /** null if there is no primary. Then no version counts as newer. */
  primary: string | null;
}

export function isWanted(version: string, { versions, primary }: VersionRule): boolean {
  if (versions !== null) return versions.includes(version);
  return primary !== null && compareVersions(version, primary) > 0;
}

/** The order in which versions are deployed: as on the list. Without a list, the order in which they are offered: the newest first. */
export function inOrder<T extends Named>(found: readonly T[], { versions }: VersionRule): T[] {
  if (versions !== null) return found.toSorted((a, b) => versions.indexOf(a.version) - versions.indexOf(b.version));
  return found.toSorted((a, b) => compareVersions(b.version, a.version) || compareTexts(b, a));
}

/** '1' and '01' are equally new. The order must not depend on the order of the folders. */
function compareTexts(a: Named, b: Named): number {
  const [left, right] = [`${a.version}/${a.name}`, `${b.version}/${b.name}`];
  if (left === right) return 0;
  return left > right ? 1 : -1;
}
