import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FoundVersion } from '../../../../src/api/watch.js';
import { watchModels, watchModelsIn } from '../../../../src/deployments/watch/watch-models.js';
import { ClosedError, ModelInvalidError } from '../../../../src/errors.js';
import { untyped } from '../../../support/untyped.js';
import { lookTwice, RepositoryRig } from './repository-rig.js';

/** A promise, and what resolves it. */
function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

let rig: RepositoryRig;
beforeEach(async () => {
  rig = await RepositoryRig.make();
});
afterEach(() => rig.remove());

describe('A watcher, of versions that are complete,', () => {
  it('deploys a newer one as a shadow after two looks, by its real path, and once', async () => {
    const watcher = rig.watch();
    const directory = await rig.add('2');
    await watcher.look();
    expect(rig.scorer.calls).toEqual([]);
    await watcher.look();
    expect(rig.scorer.calls).toEqual([{ directory, options: { traffic: 'shadow' } }]);
    await lookTwice(watcher);
    expect(rig.scorer.calls).toHaveLength(1);
    expect(rig.problems).toEqual([]);
  });

  it('ignores older ones and the primary itself', async () => {
    rig.scorer.live = [{ name: 'linear', version: '10', role: 'primary' }];
    for (const version of ['9', '10']) await rig.add(version);
    await lookTwice(rig.watch());
    expect(rig.scorer.calls).toEqual([]);
    expect(rig.problems).toEqual([]);
  });

  it('deploys the newest of several, and never the ones that it skipped', async () => {
    const watcher = rig.watch();
    for (const version of ['9', '10', '2']) await rig.add(version);
    await lookTwice(watcher);
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['10']);
  });

  it('deploys one that comes later, though it is older than a shadow', async () => {
    const watcher = rig.watch();
    await rig.add('3');
    await lookTwice(watcher);
    await rig.add('2');
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['3', '2']);
  });

  it('deploys only those on the list, in its order, also older ones', async () => {
    rig.scorer.live = [{ name: 'linear', version: '3', role: 'primary' }];
    for (const version of ['2', '4', '5']) await rig.add(version);
    await lookTwice(rig.watch({ versions: ['5', '2', '6'] }));
    expect(rig.scorer.versions).toEqual(['5', '2']);
  });

  it('leaves other models alone unless they are named', async () => {
    await rig.add('2', {}, 'other');
    const [watcher, ofOther] = [rig.watch(), rig.watch({ names: ['other'] })];
    await lookTwice(watcher);
    expect(rig.scorer.calls).toEqual([]);
    await lookTwice(ofOther);
    expect(rig.scorer.versions).toEqual(['2']);
  });

  it('reports once if another model already has a version of that name', async () => {
    await rig.add('2');
    await rig.add('2', {}, 'other');
    const watcher = rig.watch({ names: ['linear', 'other'], versions: ['2'] });
    for (let look = 1; look <= 4; look += 1) await watcher.look();
    expect(rig.scorer.calls).toHaveLength(1);
    expect(rig.problems).toMatchObject([{ type: 'changed', name: 'other', version: '2' }]);
  });

  it('deploys no version again that is retired, or that was rolled back', async () => {
    rig.scorer.live = [
      { name: 'linear', version: '1', role: 'primary' },
      { name: 'linear', version: '3', role: 'retired' },
    ];
    await rig.add('3');
    const watcher = rig.watch();
    await lookTwice(watcher);
    // The scorer keeps the last few retired versions alone.
    rig.scorer.live = rig.scorer.live.slice(0, 1);
    await lookTwice(watcher);
    expect(rig.scorer.calls).toEqual([]);
  });

  it('does not deploy a version again that reappears, and retires none that is gone', async () => {
    const watcher = rig.watch();
    const directory = await rig.add('2');
    await lookTwice(watcher);
    await rm(directory, { recursive: true });
    await lookTwice(watcher);
    expect(rig.scorer.live).toHaveLength(2);
    await rig.add('2');
    await lookTwice(watcher);
    expect(rig.scorer.calls).toHaveLength(1);
    expect(rig.problems).toEqual([]);
  });

  it('reports once that the contents of a deployed version have changed, and does not deploy them', async () => {
    const watcher = rig.watch();
    const directory = await rig.add('2');
    await lookTwice(watcher);
    await rig.add('2', { policy: { blockProbability: 0.99 } });
    await lookTwice(watcher);
    await lookTwice(watcher);
    expect(rig.scorer.calls).toHaveLength(1);
    expect(rig.problems).toEqual([
      expect.objectContaining({
        type: 'changed',
        directory,
        name: 'linear',
        version: '2',
        message: expect.stringContaining('give them a version of their own'),
      }),
    ]);
  });

  it('reports that the contents of the primary have changed since it saw them first', async () => {
    await rig.add('1');
    const watcher = rig.watch();
    await lookTwice(watcher);
    await rig.add('1', { policy: {} });
    await lookTwice(watcher);
    expect(rig.types).toEqual(['changed']);
  });

  it('needs no primary for those on the list, and takes no other without one', async () => {
    rig.scorer.live = [];
    await rig.add('2');
    await lookTwice(rig.watch({ names: ['linear'] }));
    expect(rig.scorer.calls).toEqual([]);
    await lookTwice(rig.watch({ names: ['linear'], versions: ['2'] }));
    expect(rig.scorer.versions).toEqual(['2']);
  });
});

describe('The option deploy of a watcher', () => {
  it.each([
    [{ workers: 2 }, { traffic: 'shadow', workers: 2 }],
    [{ traffic: undefined }, { traffic: 'shadow' }],
    [{ traffic: 0.1 }, { traffic: 0.1 }],
    [{ traffic: 1 }, { traffic: 1 }],
    [{ canary: { steps: [0.1, 1] } }, { canary: { steps: [0.1, 1] } }],
  ])('%j becomes %j: all traffic goes to none unasked', async (deploy, options) => {
    await rig.add('2');
    await lookTwice(rig.watch({ deploy: untyped(deploy) }));
    await rig.add('3');
    await lookTwice(rig.watch({ deploy: () => untyped(deploy) }));
    expect(rig.scorer.calls.map((call) => call.options)).toEqual([options, options]);
  });

  it('may be a function, which is asked once for each version and contents, the newest first', async () => {
    const asked: FoundVersion[] = [];
    const deploy = async (found: FoundVersion) => {
      asked.push(found);
      return found.version === '2' ? { traffic: 0.25 } : null;
    };
    const watcher = rig.watch({ deploy });
    for (const version of ['1', '2', '3']) await rig.add(version);
    await lookTwice(watcher);
    await lookTwice(watcher);
    const of = (version: string): FoundVersion => ({
      name: 'linear',
      version,
      directory: rig.versionDirectory(version),
    });
    expect(asked).toEqual([of('3'), of('2')]);
    expect(rig.scorer.calls).toEqual([{ directory: rig.versionDirectory('2'), options: { traffic: 0.25 } }]);
    await rig.add('3', { policy: {} });
    await lookTwice(watcher);
    expect(asked).toEqual([of('3'), of('2'), of('3')]);
  });

  it('is asked again if it fails or gives no options, which is reported once, and no older version goes first', async () => {
    const answers = [
      () => Promise.reject(new Error('registry away')),
      () => Promise.reject(new Error('registry away')),
      () => untyped<null>('shadow'),
      () => ({ traffic: 'shadow' as const }),
    ];
    const watcher = rig.watch({ deploy: () => answers.shift()?.() ?? null });
    await rig.add('2');
    await rig.add('3');
    await watcher.look();
    for (let look = 1; look <= 3; look += 1) {
      await watcher.look();
      expect(rig.scorer.calls).toEqual([]);
    }
    await watcher.look();
    expect(rig.scorer.versions).toEqual(['3']);
    expect(rig.problems.map(({ type, message }) => [type, message])).toEqual([
      ['choice', expect.stringContaining('registry away')],
      ['choice', expect.stringContaining('received a string')],
    ]);
  });
});

describe('A deployment that fails', () => {
  it('is reported once with its error, is not tried again, and does not block later versions', async () => {
    const watcher = rig.watch();
    const failure = new ModelInvalidError('the graph has no output p');
    rig.scorer.onDeploy = (version) => (version === '2' ? Promise.reject(failure) : undefined);
    await rig.add('2');
    await lookTwice(watcher);
    await lookTwice(watcher);
    expect(rig.problems).toEqual([
      expect.objectContaining({
        type: 'failed',
        version: '2',
        error: failure,
        message: expect.stringContaining('the graph has no output p'),
      }),
    ]);
    await rig.add('3');
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2', '3']);
    expect(rig.types).toEqual(['failed']);
  });

  it('is tried again once the contents are others, those of cases.json included', async () => {
    const watcher = rig.watch();
    rig.scorer.onDeploy = () => Promise.reject(new ModelInvalidError('cases.json: other scores'));
    const directory = await rig.add('2');
    await lookTwice(watcher);
    await writeFile(join(directory, 'cases.json'), '[]');
    rig.scorer.onDeploy = () => {};
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2', '2']);
    expect(rig.types).toEqual(['failed']);
  });

  it('does not bring an older one in its place', async () => {
    const watcher = rig.watch();
    rig.scorer.onDeploy = () => Promise.reject(new Error('no memory'));
    for (const version of ['2', '3']) await rig.add(version);
    await lookTwice(watcher);
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['3']);
  });

  it('with ERR_CLOSED ends the watcher, and is no problem', async () => {
    const watcher = rig.watch({ versions: ['2', '3'] });
    rig.scorer.onDeploy = () => Promise.reject(new ClosedError('closed'));
    for (const version of ['2', '3']) await rig.add(version);
    await lookTwice(watcher);
    expect(rig.clock.timers).toBe(0);
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
    expect(rig.problems).toEqual([]);
  });
});

describe('A watcher that is stopped', () => {
  it('waits for the deployment in progress, and begins no other', async () => {
    const { promise: released, resolve: release } = deferred();
    const { promise: begun, resolve: begin } = deferred();
    rig.scorer.onDeploy = () => {
      begin();
      return released;
    };
    for (const version of ['2', '3']) await rig.add(version);
    const watcher = rig.watch({ versions: ['2', '3'] });
    const looks = lookTwice(watcher);
    await begun;
    const events: string[] = [];
    const stop = watcher.stop().then(() => events.push('stopped'));
    events.push('released');
    release();
    await Promise.all([looks, stop]);
    expect(events).toEqual(['released', 'stopped']);
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
    expect(rig.scorer.live).toHaveLength(2);
    expect(rig.problems).toEqual([]);
  });

  it("does not wait for the host's function, nor for files that are still to be hashed", async () => {
    await rig.add('2');
    const watcher = rig.watch({
      deploy: () => {
        void watcher.stop();
        return new Promise<never>(() => {});
      },
    });
    await lookTwice(watcher);
    const other = rig.watch();
    const look = other.look();
    await Promise.all([other.stop(), look]);
    expect(rig.scorer.calls).toEqual([]);
    expect(rig.problems).toEqual([]);
  });
});

describe('A watcher of a scorer that fails to list its deployments', () => {
  it('reports it once and goes on, and ends where the scorer is closed', async () => {
    let failure: Error | null = new Error('out of order');
    const list = rig.scorer.deployments.bind(rig.scorer);
    rig.scorer.deployments = () => {
      if (failure !== null) throw failure;
      return list();
    };
    await rig.add('2');
    const watcher = rig.watch();
    await lookTwice(watcher);
    expect(rig.problems).toMatchObject([{ type: 'repository', error: failure }]);
    failure = null;
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
    failure = new ClosedError('closed');
    await watcher.look();
    expect(rig.clock.timers).toBe(0);
    expect(rig.problems).toHaveLength(1);
  });
});

describe('A watcher of a directory', () => {
  it('that does not exist yet waits for it, and says so once', async () => {
    const watcher = rig.watch();
    await lookTwice(watcher);
    await watcher.look();
    expect(rig.problems).toMatchObject([{ type: 'repository', directory: rig.directory, name: null, version: null }]);
    await rig.add('2');
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
    await rm(rig.directory, { recursive: true });
    await lookTwice(watcher);
    expect(rig.types).toEqual(['repository', 'repository']);
  });

  it('that is a file says so once', async () => {
    await writeFile(rig.directory, '');
    await lookTwice(rig.watch());
    expect(rig.types).toEqual(['repository']);
  });

  it('that may be a file URL', async () => {
    await rig.add('2');
    await using watcher = watchModels(rig.scorer, pathToFileURL(rig.directory), { everyMs: 86_400_000 });
    await lookTwice(watcher);
    expect(rig.scorer.versions).toEqual(['2']);
  });

  it('passes over files, hidden folders and folders without a manifest, and reports none of them', async () => {
    await rig.add('2');
    await rig.add('..2026_01_01', { version: '..2026_01_01' });
    await rig.add('.git', { version: '.git' });
    await writeFile(join(rig.directory, 'linear', '3'), 'a file');
    await mkdir(join(rig.directory, 'linear', '4'));
    await writeFile(join(rig.directory, 'linear', '4', 'model.onnx'), 'no manifest');
    await lookTwice(rig.watch({ versions: ['..2026_01_01', '.git', '2', '3', '4'] }));
    expect(rig.scorer.versions).toEqual(['2']);
    expect(rig.problems).toEqual([]);
  });

  it('whose links lead in a circle says so once, and deploys what else there is', async () => {
    await rig.add('2', {}, 'other');
    await symlink('linear', join(rig.directory, 'linear'));
    await lookTwice(rig.watch({ names: ['linear', 'other'] }));
    expect(rig.problems).toMatchObject([{ type: 'repository', directory: join(rig.directory, 'linear') }]);
    expect(rig.scorer.versions).toEqual(['2']);
  });

  it.runIf(process.getuid?.() !== 0)('that it may not read says so once', async () => {
    await rig.add('2');
    await chmod(join(rig.directory, 'linear'), 0);
    await lookTwice(rig.watch());
    await chmod(join(rig.directory, 'linear'), 0o755);
    expect(rig.problems).toMatchObject([{ type: 'repository', name: 'linear' }]);
  });
});

describe('The arguments of watchModels', () => {
  it.each([
    [{ everyMs: 0 }, 'everyMs'],
    [{ everyMs: 2 ** 31 }, 'everyMs'],
    [{ versions: [] }, 'versions'],
    [{ versions: [2] }, 'versions[0]'],
    [{ versions: '2' }, 'versions'],
    [{ names: [''] }, 'names[0]'],
    [{ deploy: 'shadow' }, 'deploy'],
    [{ deploy: Promise.resolve({}) }, 'deploy'],
    [{ deploy: { traffic: 2 } }, 'deploy.traffic'],
    [{ deploy: { trafic: 0.1 } }, 'deploy.trafic'],
    [{ logger: {} }, 'logger'],
    [{ onProblem: 'log' }, 'onProblem'],
    [{ every: 5 }, 'every'],
  ])('%j are refused at %s', (options, path) => {
    expect(() => watchModels(rig.scorer, rig.directory, untyped(options))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS', issues: [expect.objectContaining({ path })] }),
    );
  });

  it('are refused where the scorer can deploy nothing, or the directory is no path', () => {
    const invalid = (path: string) =>
      expect.objectContaining({ code: 'ERR_INVALID_OPTIONS', issues: [expect.objectContaining({ path })] });
    expect(() => watchModels(untyped({ deploy() {} }), rig.directory)).toThrow(invalid('scorer'));
    expect(() => watchModels(untyped(null), rig.directory)).toThrow(invalid('scorer'));
    expect(() => watchModels(rig.scorer, untyped(7))).toThrow(invalid('directory'));
    expect(() => watchModelsIn(rig.surroundings, rig.scorer, new URL('https://models.example'))).toThrow(
      invalid('directory'),
    );
  });
});
