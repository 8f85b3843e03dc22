import { cp, mkdir, mkdtemp, readdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { projectPath } from '../support/paths.js';
import type { Entry } from './entry.js';
import { runCommand, runNpm } from './run-command.js';

/** As a project of its own begins. */
const manifest = { name: 'host', private: true, type: 'module' };

/** What a host that bundles keeps out of the bundle, with what these need. */
const externals = ['piscina', 'onnxruntime-node', 'onnxruntime-common'];

const install = ['install', '--prefer-offline', '--no-audit', '--no-fund'];

/** The folder with the packed tarball, the project that others start from, and those projects. */
export class Workplace {
  readonly directory: string;
  /** A model directory far from every project. */
  readonly model: string;
  readonly tarball: string;
  readonly #base: string;

  private constructor(directory: string, tarball: string) {
    this.directory = directory;
    this.tarball = tarball;
    this.model = join(directory, 'model');
    this.#base = join(directory, 'base');
  }

  /** Packs what `npm run build` made, and installs it once: 250 MB of binaries of other systems go, so that projects are copied fast. */
  static async create(): Promise<Workplace> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'fraud-scorer-matrix-')));
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
    const { stdout } = await runNpm(pack, projectPath('.'));
    const workplace = new Workplace(directory, join(directory, JSON.parse(stdout)[0].filename));
    await workplace.#installBase();
    return workplace;
  }

  remove(): Promise<void> {
    return rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Makes an empty folder. */
  folder(name: string): Promise<string> {
    return mkdtemp(join(this.directory, `${name}-`));
  }

  /** Makes the project of an entry, builds it, and returns the folder in which its host runs. */
  async prepare(entry: Entry): Promise<string> {
    const project = await this.folder(entry.project);
    await cp(this.#base, project, { recursive: true, verbatimSymlinks: true });
    await cp(projectPath(`test/matrix/projects/${entry.project}`), project, { recursive: true });
    for (const file of entry.files ?? []) await cp(projectPath(file), join(project, basename(file)));
    if (entry.packages.length > 0) await runNpm([...install, ...entry.packages], project);
    if (entry.build === undefined) return project;
    await runCommand(process.execPath, entry.build.command, project);
    const deployed = `${project}-deployed`;
    await rename(join(project, entry.build.output), deployed);
    if (entry.build.beside === 'everything') await this.#copyModules(deployed, await readdir(this.#modules));
    if (entry.build.beside === 'externals') await this.#copyModules(deployed, externals);
    if (entry.build.beside === 'project') {
      for (const name of ['node_modules', 'package.json']) await rename(join(project, name), join(deployed, name));
    }
    await rm(project, { recursive: true, force: true, maxRetries: 3 });
    return deployed;
  }

  get #modules(): string {
    return join(this.#base, 'node_modules');
  }

  async #installBase(): Promise<void> {
    await mkdir(this.#base);
    await writeFile(join(this.#base, 'package.json'), JSON.stringify(manifest));
    await runNpm([...install, this.tarball], this.#base);
    await runCommand(process.execPath, [projectPath('examples/container/prune-runtime.mjs')], this.#base);
    await cp(join(this.#modules, 'fraud-scorer/models/visa-fraud/1'), this.model, { recursive: true });
  }

  async #copyModules(folder: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      await cp(join(this.#modules, name), join(folder, 'node_modules', name), { recursive: true });
    }
  }
}
