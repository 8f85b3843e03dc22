import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DeployOptions } from '../../../../src/api/deployment.js';
import type {
  ModelWatcher,
  WatchedDeployment,
  WatchedScorer,
  WatchModelsOptions,
  WatchProblem,
} from '../../../../src/api/watch.js';
import { type WatchSurroundings, watchModelsIn } from '../../../../src/deployments/watch/watch-models.js';
import { cachedFiles } from '../../../../src/models/repository/repository-files.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { fixtureModel } from '../../../support/paths.js';

/** Records what is deployed, and holds it as the scorer would: as a shadow, a challenger, or in the primary's place. */
export class RecordingScorer implements WatchedScorer {
  readonly calls: { directory: string; options: DeployOptions }[] = [];
  live: WatchedDeployment[];
  /** What happens in a call of `deploy`, before the version is live. */
  onDeploy: (version: string, directory: string) => unknown = () => {};

  constructor(name = 'linear', version = '1') {
    this.live = [{ name, version, role: 'primary' }];
  }

  async deploy(directory: string, options: DeployOptions): Promise<void> {
    this.calls.push({ directory, options });
    const { name, version } = JSON.parse(await readFile(join(directory, 'model.json'), 'utf8'));
    await this.onDeploy(version, directory);
    const { traffic = 1 } = options;
    if (traffic === 1) this.#replacePrimary();
    this.live.push({ name, version, role: traffic === 1 ? 'primary' : traffic === 'shadow' ? 'shadow' : 'challenger' });
  }

  deployments(): readonly WatchedDeployment[] {
    return this.live;
  }

  /** The versions that were deployed, in their order. */
  get versions(): string[] {
    return this.calls.map(({ directory }) => directory.split('/').at(-1) ?? '');
  }

  #replacePrimary(): void {
    this.live = this.live.map((one) => (one.role === 'primary' ? { ...one, role: 'standby' } : one));
  }
}

/** A repository in a folder of its own, with a scorer and what watchers of it report. */
export class RepositoryRig {
  readonly scorer = new RecordingScorer();
  readonly clock = new FakeClock();
  readonly problems: WatchProblem[] = [];
  readonly folder: string;
  /** The repository's directory. */
  readonly directory: string;
  surroundings: WatchSurroundings = { clock: this.clock, filesWith: cachedFiles };

  static async make(): Promise<RepositoryRig> {
    return new RepositoryRig(await realpath(await mkdtemp(join(tmpdir(), 'repository '))));
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.directory = join(folder, 'models');
  }

  watch(options: WatchModelsOptions = {}): ModelWatcher {
    const onProblem = (problem: WatchProblem): unknown => this.problems.push(problem);
    return watchModelsIn(this.surroundings, this.scorer, this.directory, { onProblem, ...options });
  }

  /** The types of the problems so far. */
  get types(): string[] {
    return this.problems.map(({ type }) => type);
  }

  versionDirectory(version: string, name = 'linear'): string {
    return join(this.directory, name, version);
  }

  /** Adds a complete version, with further fields in its manifest. @returns its directory. */
  async add(version: string, fields: Record<string, unknown> = {}, name = 'linear'): Promise<string> {
    return writeVersion(this.versionDirectory(version, name), { name, version, ...fields });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

/** Writes the model `linear` with some fields of its manifest changed. @returns the directory. */
export async function writeVersion(directory: string, fields: Record<string, unknown>): Promise<string> {
  await mkdir(directory, { recursive: true });
  await cp(join(fixtureModel('linear'), 'model.onnx'), join(directory, 'model.onnx'));
  await writeFile(join(directory, 'model.json'), await manifestWith(fields));
  return directory;
}

/** The text of the manifest of `linear`, with some fields changed. */
export async function manifestWith(fields: Record<string, unknown>): Promise<string> {
  const manifest = JSON.parse(await readFile(join(fixtureModel('linear'), 'model.json'), 'utf8'));
  return JSON.stringify({ ...manifest, ...fields });
}

export function linearGraph(): Promise<Buffer> {
  return readFile(join(fixtureModel('linear'), 'model.onnx'));
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Looks as often as a version takes to settle. */
export async function lookTwice(watcher: ModelWatcher): Promise<void> {
  await watcher.look();
  await watcher.look();
}
