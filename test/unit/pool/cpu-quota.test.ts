import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuQuota } from '../../../src/pool/cpu-quota.js';
import { defaultWorkers } from '../../../src/pool/default-workers.js';

type Files = Record<string, string>;

const v1 = '/sys/fs/cgroup/cpu,cpuacct';
const v2 = '/sys/fs/cgroup';

function quotaOf(files: Files): number | null {
  return cpuQuota((path) => files[path] ?? null);
}

const period = { [`${v1}/cpu.cfs_period_us`]: '100000\n' };

describe('the CPU quota', () => {
  it.each<[string, Files, number | null]>([
    ['there is none on a machine without control groups', {}, null],
    [
      'of Docker with cgroup v2: the container sees its own group as the root',
      { '/proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: '50000 100000\n' },
      0.5,
    ],
    ['of Docker with cgroup v2 and none', { '/proc/self/cgroup': '0::/\n', [`${v2}/cpu.max`]: 'max 100000\n' }, null],
    [
      "of Docker with cgroup v1, where the path is the machine's and the mount the container's",
      {
        '/proc/self/cgroup':
          '12:memory:/docker/3f\n4:cpu,cpuacct:/docker/3f\n1:name=systemd:/docker/3f\n0::/system.slice\n',
        [`${v1}/cpu.cfs_quota_us`]: '200000\n',
        ...period,
      },
      2,
    ],
    [
      'of Docker with cgroup v1 and none',
      { '/proc/self/cgroup': '4:cpu,cpuacct:/docker/3f\n', [`${v1}/cpu.cfs_quota_us`]: '-1\n', ...period },
      null,
    ],
    [
      "of Kubernetes with cgroup v2, seen from the machine: the pod's is the smaller",
      {
        '/proc/self/cgroup': '0::/kubepods.slice/kubepods-pod7.slice/cri-containerd-9.scope\n',
        [`${v2}/kubepods.slice/cpu.max`]: '6400000 100000\n',
        [`${v2}/kubepods.slice/kubepods-pod7.slice/cpu.max`]: '150000 100000\n',
        [`${v2}/kubepods.slice/kubepods-pod7.slice/cri-containerd-9.scope/cpu.max`]: 'max 100000\n',
      },
      1.5,
    ],
    [
      'of Kubernetes with cgroup v1 and a period of its own',
      {
        '/proc/self/cgroup': '3:cpuacct,cpu:/kubepods/pod7/9\n',
        '/sys/fs/cgroup/cpuacct,cpu/kubepods/pod7/9/cpu.cfs_quota_us': '30000\n',
        '/sys/fs/cgroup/cpuacct,cpu/kubepods/pod7/9/cpu.cfs_period_us': '10000\n',
      },
      3,
    ],
    [
      'of a systemd service with CPUQuota=250%',
      {
        '/proc/self/cgroup': '0::/system.slice/scorer.service\n',
        [`${v2}/system.slice/scorer.service/cpu.max`]: '250000 100000\n',
        [`${v2}/system.slice/cpu.max`]: 'max 100000\n',
      },
      2.5,
    ],
    [
      'of nested groups: the smallest, wherever it is',
      {
        '/proc/self/cgroup': '0::/a/b/c\n',
        [`${v2}/a/cpu.max`]: '100000 100000',
        [`${v2}/a/b/cpu.max`]: '400000 100000',
        [`${v2}/a/b/c/cpu.max`]: '300000 100000',
      },
      1,
    ],
    [
      'of cgroup v1 beside v2 (hybrid)',
      {
        '/proc/self/cgroup': '2:cpu:/\n0::/\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '100000',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '50000',
      },
      2,
    ],
    [
      'of a group outside what the process sees: that of the root',
      {
        '/proc/self/cgroup': '0::/../../elsewhere\n',
        [`${v2}/cpu.max`]: '100000 100000',
        '/elsewhere/cpu.max': '1 1000',
      },
      1,
    ],
    [
      'of a path with a colon in it',
      { '/proc/self/cgroup': '0::/machine/a:b\n', [`${v2}/machine/a:b/cpu.max`]: '200000 100000' },
      2,
    ],
    [
      'is none where its period is missing, or it makes no sense',
      {
        '/proc/self/cgroup': '0::/a\n1:cpu:/\n',
        [`${v2}/a/cpu.max`]: '0 100000',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '5',
      },
      null,
    ],
  ])('%s', (_, files, quota) => {
    expect(quotaOf(files)).toBe(quota);
  });

  it('is null or above 0, whatever the files hold', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'max 100000',
        '100000',
        '-1',
        '0 0',
        '1e9 5',
        'NaN 1',
        '0::/',
        '0::/a\n1:cpu:/b',
        '7:cpu,x:/../..',
      ),
    );
    fc.assert(
      fc.property(fc.func(text), (read) => {
        const quota = cpuQuota(read);
        expect(quota === null || (quota > 0 && Number.isFinite(quota))).toBe(true);
      }),
    );
  });
});

describe('the number of workers by default', () => {
  it.each<[devices: number[] | undefined, cpus: number, quota: number | null, expected: object]>([
    [undefined, 8, null, { workers: 8, from: '8 cpus' }],
    [undefined, 1, null, { workers: 1, from: '1 cpu' }],
    [undefined, 64, 0.5, { workers: 1, from: 'cpu quota of 0.5' }],
    [undefined, 64, 2, { workers: 2, from: 'cpu quota of 2' }],
    [undefined, 64, 3.999, { workers: 3, from: 'cpu quota of 3.99' }],
    [undefined, 4, 4, { workers: 4, from: '4 cpus' }],
    [undefined, 4, 6.5, { workers: 4, from: '4 cpus' }],
    [undefined, 384, null, { workers: 256, from: '384 cpus' }],
    [undefined, 512, 300, { workers: 256, from: 'cpu quota of 300' }],
    [[0, 1], 64, 0.5, { workers: 2, from: 'devices' }],
  ])('for devices %j, %d CPUs and a quota of %j', (devices, cpus, quota, expected) => {
    expect(defaultWorkers(devices, cpus, quota)).toEqual(expected);
  });
});
