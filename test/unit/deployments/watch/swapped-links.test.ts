import { mkdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedFiles, type RepositoryFiles } from '../../../../src/models/repository/repository-files.js';
import { lookTwice, RepositoryRig, writeVersion } from './repository-rig.js';

let rig: RepositoryRig;
beforeEach(async () => {
  rig = await RepositoryRig.make();
});
afterEach(() => rig.remove());

/** Swaps a link in one step, as Kubernetes and git-sync do. */
async function swap(link: string, target: string): Promise<void> {
  await symlink(target, `${link}.new`);
  await rename(`${link}.new`, link);
}

/** Calls `hook` after each manifest that is read, before the other files are. */
function afterManifests(hook: () => Promise<void>): void {
  rig.surroundings = {
    ...rig.surroundings,
    filesWith: (clock, signal): RepositoryFiles => {
      const files = cachedFiles(clock, signal);
      return {
        ...files,
        async manifest(path) {
          const file = await files.manifest(path);
          await hook();
          return file;
        },
      };
    },
  };
}

describe('A watcher of a repository that git-sync keeps', () => {
  /** A worktree with these versions. */
  async function worktree(name: string, versions: Record<string, object>): Promise<void> {
    for (const [version, fields] of Object.entries(versions)) {
      await writeVersion(join(rig.folder, name, 'linear', version), { version, ...fields });
    }
  }

  it('finds what a swap of the whole directory brings, and deploys it from where it really is', async () => {
    await worktree('a', { 1: {} });
    await swap(rig.directory, 'a');
    const watcher = rig.watch();
    await lookTwice(watcher);
    await worktree('b', { 1: {}, 2: {} });
    await swap(rig.directory, 'b');
    await lookTwice(watcher);
    expect(rig.scorer.calls.map(({ directory }) => directory)).toEqual([join(rig.folder, 'b', 'linear', '2')]);
    expect(rig.problems).toEqual([]);
  });

  it('goes on counting looks at contents that a swap leaves as they were', async () => {
    await worktree('a', { 2: {} });
    await worktree('b', { 2: {} });
    await swap(rig.directory, 'a');
    const watcher = rig.watch();
    await watcher.look();
    await swap(rig.directory, 'b');
    await watcher.look();
    expect(rig.scorer.versions).toEqual(['2']);
  });

  it('begins anew where a swap between two looks changes the contents', async () => {
    await worktree('a', { 2: { policy: {} } });
    await worktree('b', { 2: {} });
    await swap(rig.directory, 'a');
    const watcher = rig.watch();
    await watcher.look();
    await swap(rig.directory, 'b');
    await watcher.look();
    expect(rig.scorer.calls).toEqual([]);
    await watcher.look();
    expect(rig.scorer.versions).toEqual(['2']);
  });

  it('never mixes two trees where the swap comes in the middle of a look', async () => {
    await worktree('a', { 2: {} });
    await worktree('b', { 2: { sha256: '0'.repeat(64) } });
    await swap(rig.directory, 'a');
    let looks = 0;
    afterManifests(async () => {
      looks += 1;
      if (looks === 2) await swap(rig.directory, 'b');
    });
    await lookTwice(rig.watch());
    // Both looks were at the first tree, which is whole.
    expect(rig.scorer.calls.map(({ directory }) => directory)).toEqual([join(rig.folder, 'a', 'linear', '2')]);
  });

  it('tries a version again whose tree was swapped and removed before it was deployed', async () => {
    await worktree('a', { 2: {} });
    await worktree('b', { 2: {} });
    await swap(rig.directory, 'a');
    rig.scorer.onDeploy = async () => {
      rig.scorer.onDeploy = () => {};
      await swap(rig.directory, 'b');
      await rm(join(rig.folder, 'a'), { recursive: true });
      throw new Error('model.onnx: expected a file, found none');
    };
    const watcher = rig.watch();
    await lookTwice(watcher);
    expect(rig.problems).toEqual([]);
    await watcher.look();
    expect(rig.scorer.calls.map(({ directory }) => directory)).toEqual([
      join(rig.folder, 'a', 'linear', '2'),
      join(rig.folder, 'b', 'linear', '2'),
    ]);
    expect(rig.problems).toEqual([]);
  });
});

describe('A watcher of a ConfigMap', () => {
  let mount: string;
  beforeEach(async () => {
    mount = rig.versionDirectory('2');
    await mkdir(mount, { recursive: true });
    await swap(join(mount, '..data'), '..2026_01');
    for (const file of ['model.json', 'model.onnx']) await symlink(join('..data', file), join(mount, file));
  });

  it('takes its files through their links', async () => {
    await writeVersion(join(mount, '..2026_01'), { version: '2' });
    await lookTwice(rig.watch());
    expect(rig.scorer.versions).toEqual(['2']);
    expect(rig.problems).toEqual([]);
  });

  it('counts a look in which the links were swapped for none, even if each file is right', async () => {
    await writeVersion(join(mount, '..2026_01'), { version: '2' });
    await writeVersion(join(mount, '..2026_02'), { version: '2' });
    let looks = 0;
    afterManifests(async () => {
      looks += 1;
      if (looks === 2) await swap(join(mount, '..data'), '..2026_02');
    });
    const watcher = rig.watch();
    await lookTwice(watcher);
    expect(rig.scorer.calls).toEqual([]);
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
    expect(rig.problems).toEqual([]);
  });

  it('finds a version that a swap brings', async () => {
    await writeVersion(join(mount, '..2026_01'), { version: '2' });
    const watcher = rig.watch();
    await lookTwice(watcher);
    await writeVersion(join(rig.directory, 'linear', '..2026_03', '3'), { version: '3' });
    await symlink(join('..2026_03', '3'), rig.versionDirectory('3'));
    await lookTwice(watcher);
    expect(rig.scorer.calls.at(-1)?.directory).toBe(join(rig.directory, 'linear', '..2026_03', '3'));
    expect(rig.problems).toEqual([]);
  });
});

it('takes files that are links to a store of blobs, each in a folder of its own', async () => {
  await writeVersion(join(rig.folder, 'blobs', 'a'), { version: '2' });
  await writeVersion(join(rig.folder, 'blobs', 'b'), { version: '3' });
  const directory = rig.versionDirectory('2');
  await mkdir(directory, { recursive: true });
  await symlink(join(rig.folder, 'blobs', 'a', 'model.json'), join(directory, 'model.json'));
  await rm(join(rig.folder, 'blobs', 'a', 'model.onnx'));
  await symlink(join(rig.folder, 'blobs', 'b', 'model.onnx'), join(directory, 'model.onnx'));
  await lookTwice(rig.watch());
  expect(rig.scorer.versions).toEqual(['2']);
});
