import { cp, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { projectPath } from '../../support/paths.js';
import { environmentOfAnyone, type Finished, runCommand } from '../run-command.js';
import { type Instruction, parseDockerfile, type Stage } from './dockerfile.js';

const path = '/node:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The files and settings that the steps of one stage of a Dockerfile make. */
export class ImageTree {
  readonly #directory: string;
  readonly #node: string;
  readonly #env: NodeJS.ProcessEnv = {};
  #workdir = '/';
  #user = 0;
  #command: readonly string[] = [];
  #healthcheck: readonly string[] = [];

  private constructor(directory: string, node: string) {
    this.#directory = directory;
    this.#node = node;
  }

  /**
   * Runs the steps of all stages and returns the last.
   *
   * @param context the folder with what is copied.
   * @param node the program of Node.js that the base image has.
   */
  static async build(dockerfile: string, context: string, directory: string, node: string): Promise<ImageTree> {
    const done = new Map<string, ImageTree>();
    let last: ImageTree | null = null;
    for (const [index, stage] of parseDockerfile(dockerfile).entries()) {
      last = new ImageTree(join(directory, String(index)), node);
      await last.#build(stage, context, done);
      if (stage.name !== null) done.set(stage.name, last);
    }
    if (last === null) throw new Error('The Dockerfile has no stage');
    return last;
  }

  get command(): readonly string[] {
    return this.#command;
  }

  get healthcheck(): readonly string[] {
    return this.#healthcheck;
  }

  /** Where a path of the image lies here. */
  pathOf(inside: string): string {
    return join(this.#tree, inside);
  }

  /** What starts a command of the image as a container would: read-only, as its user, without capabilities. */
  commandLine(args: readonly string[], mode: 'build' | 'run' = 'run'): readonly [file: string, ...args: string[]] {
    const script = projectPath('test/matrix/container/enter-root.sh');
    const enter = ['--mount', '--pid', '--fork', '--kill-child', 'sh', script, this.#tree, this.#root];
    return ['unshare', ...enter, dirname(this.#node), mode, String(this.#user), this.#workdir, ...args];
  }

  /** The environment of the image alone. */
  environment(own: Readonly<NodeJS.ProcessEnv> = {}): NodeJS.ProcessEnv {
    return { PATH: path, ...this.#env, ...own };
  }

  /** Runs a command of the image to its end. */
  run(args: readonly string[], own: Readonly<NodeJS.ProcessEnv> = {}): Promise<Finished> {
    const [file, ...rest] = this.commandLine(args);
    // `env -i`: nothing of the environment here is one of the image's.
    return runCommand('env', ['-i', ...pairs(this.environment(own)), file, ...rest], '/');
  }

  get #tree(): string {
    return join(this.#directory, 'tree');
  }

  get #root(): string {
    return join(this.#directory, 'root');
  }

  async #build({ instructions }: Stage, context: string, done: ReadonlyMap<string, ImageTree>): Promise<void> {
    await mkdir(this.#tree, { recursive: true });
    await mkdir(this.#root);
    for (const instruction of instructions) await this.#take(instruction, context, done);
  }

  async #take(instruction: Instruction, context: string, done: ReadonlyMap<string, ImageTree>): Promise<void> {
    switch (instruction.kind) {
      case 'workdir':
        this.#workdir = instruction.path;
        await mkdir(this.pathOf(instruction.path), { recursive: true });
        return;
      case 'env':
        Object.assign(this.#env, instruction.values);
        return;
      case 'user':
        this.#user = instruction.id;
        return;
      case 'command':
        this.#command = instruction.args;
        return;
      case 'healthcheck':
        this.#healthcheck = instruction.args;
        return;
      case 'run': {
        const [file, ...args] = this.commandLine(['/bin/sh', '-c', instruction.command], 'build');
        await runCommand(file, args, '/', { ...environmentOfAnyone(), ...this.environment() });
        return;
      }
      case 'copy':
        return this.#copy(instruction, context, done);
      case 'expose':
        return;
    }
  }

  async #copy(
    { from, sources, target }: Extract<Instruction, { kind: 'copy' }>,
    context: string,
    done: ReadonlyMap<string, ImageTree>,
  ): Promise<void> {
    const into = target.startsWith('/') ? this.pathOf(target) : join(this.pathOf(this.#workdir), target);
    const stage = from === null ? null : done.get(from);
    if (stage === undefined) throw new Error(`COPY: there is no stage ${from}`);
    for (const source of sources) {
      // The contents of a folder, or a file into the folder.
      if (stage !== null) await cp(stage.pathOf(source), into, { recursive: true, verbatimSymlinks: true });
      else await cp(join(context, source), join(into, basename(source)));
    }
  }
}

function pairs(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).map(([name, value]) => `${name}=${value}`);
}
