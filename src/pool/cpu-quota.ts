import { readFileSync } from 'node:fs';

/** Returns the text of a file, or null if it cannot be read. */
export type ReadText = (path: string) => string | null;

const root = '/sys/fs/cgroup';

/**
 * How many CPUs this process may use by the quotas of its control groups, on Linux: the smallest quota of its own group and all parent
 * groups. The operating system's CPU count ignores quotas: half a CPU on a machine with 64 would count as 64.
 *
 * @returns a number above 0, not always an integer; null if there is no quota, or none can be read.
 */
export function cpuQuota(read: ReadText = readText): number | null {
  const quotas = groupsOf(read('/proc/self/cgroup') ?? '').flatMap(({ mounts, path, version }) => {
    const quotaIn = version === 2 ? quotaOfV2 : quotaOfV1;
    return mounts.flatMap((mount) => withParents(path).map((directory) => quotaIn(mount + directory, read)));
  });
  const limits = quotas.filter((quota): quota is number => quota !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

interface Group {
  version: 1 | 2;
  /** Usual mount points of the hierarchy. */
  mounts: readonly string[];
  /** The path of the group below the mount point, as the machine sees it. A container may see its own group as the root. */
  path: string;
}

/** @param text one line for each hierarchy: its number, its controllers (none for version 2), the group's path. */
function groupsOf(text: string): Group[] {
  return text.split('\n').flatMap((line): Group[] => {
    const [, id, controllers, path] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) return [];
    if (id === '0' && controllers === '') return [{ version: 2, mounts: [root, `${root}/unified`], path }];
    if (!controllers.split(',').includes('cpu')) return [];
    const names = new Set(['cpu', controllers, 'cpu,cpuacct']);
    return [{ version: 1, mounts: [...names].map((name) => `${root}/${name}`), path }];
  });
}

/**
 * The paths of the group and its parents, ending with the root, which is empty. For a group outside of what this process sees, only the
 * root.
 */
function withParents(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.includes('..')) return [''];
  return Array.from({ length: parts.length + 1 }, (_, above) =>
    parts
      .slice(0, parts.length - above)
      .map((part) => `/${part}`)
      .join(''),
  );
}

/** `cpu.max` holds the quota (or `max`) and the period, both in µs. */
function quotaOfV2(directory: string, read: ReadText): number | null {
  const [quota, period] = (read(`${directory}/cpu.max`) ?? '').trim().split(/\s+/);
  return shareOf(quota, period);
}

/** A quota of −1 means that there is none. */
function quotaOfV1(directory: string, read: ReadText): number | null {
  const quota = read(`${directory}/cpu.cfs_quota_us`)?.trim();
  return quota === undefined ? null : shareOf(quota, read(`${directory}/cpu.cfs_period_us`)?.trim());
}

function shareOf(quota = '', period = ''): number | null {
  const share = Number(quota) / Number(period);
  return /^\d+$/.test(quota) && Number.isFinite(share) && share > 0 ? share : null;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not Linux, no such file, or not readable by this process.
    return null;
  }
}
