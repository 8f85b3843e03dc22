import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { projectPath } from './paths.js';
import { type SharedObject, writeSharedObject } from './shared-object.js';

export interface CommandEnd {
  code: number;
  stdout: string;
  stderr: string;
}

const runtimeFolder = join('bin', 'napi-v6', process.platform, process.arch);

/**
 * This package as it was built, in a folder of its own, with a copy of the runtime for Node.js beside which stand-ins of providers can
 * be put: the runtime looks for them beside itself.
 */
export class StandInPackage {
  readonly root = mkdtempSync(join(tmpdir(), 'stand-in-'));
  /** The worker's entry, which loads the copied runtime. */
  readonly workerFile = join(this.root, 'dist/worker.js');
  readonly toolWorkerFile = join(this.root, 'dist/tool-worker.js');

  constructor() {
    for (const path of ['package.json', 'models/visa-fraud/1', ...built()]) {
      cpSync(projectPath(path), join(this.root, path), { recursive: true });
    }
    const modules = join(this.root, 'node_modules');
    mkdirSync(modules);
    for (const name of readdirSync(projectPath('node_modules'))) {
      if (name !== 'onnxruntime-node' && !name.startsWith('.')) {
        symlinkSync(projectPath(`node_modules/${name}`), join(modules, name));
      }
    }
    for (const part of ['package.json', 'dist', runtimeFolder]) {
      cpSync(projectPath(`node_modules/onnxruntime-node/${part}`), join(this.#runtime, part), {
        recursive: true,
        // A clone that lets the install script run has the real ones.
        filter: (source) => !source.includes('onnxruntime_providers_'),
      });
    }
  }

  /** Puts something beside the runtime that the loader takes for a provider, as far as it says what it needs. */
  installProvider(provider: 'cuda' | 'tensorrt' | 'shared', object: SharedObject = {}): void {
    const name = `libonnxruntime_providers_${provider}.so`;
    writeSharedObject(join(this.#runtime, runtimeFolder, name), { text: '1.29.0', ...object });
  }

  removeProviders(): void {
    for (const provider of ['cuda', 'tensorrt', 'shared']) {
      rmSync(join(this.#runtime, runtimeFolder, `libonnxruntime_providers_${provider}.so`), { force: true });
    }
  }

  /** Takes the runtime's own library away, as an interrupted install does. */
  breakRuntime(): void {
    for (const name of readdirSync(join(this.#runtime, runtimeFolder))) {
      if (name.startsWith('libonnxruntime.so')) rmSync(join(this.#runtime, runtimeFolder, name));
    }
  }

  /** Puts this source in the place of the runtime's JavaScript. */
  replaceRuntime(source: string): void {
    writeFileSync(join(this.#runtime, 'dist/index.js'), source);
  }

  removeRuntime(): void {
    rmSync(this.#runtime, { recursive: true });
  }

  /** Puts a `nvidia-smi` of this shell script before all others. */
  installNvidiaSmi(script: string): void {
    const path = join(this.root, 'bin/nvidia-smi');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** Runs `fraud-scorer` to its end. */
  run(...args: string[]): Promise<CommandEnd> {
    const bin = join(this.root, 'bin');
    const { CUDA_VISIBLE_DEVICES: _, ...rest } = process.env;
    // Where there is no stand-in, there is none at all.
    const env = { ...rest, PATH: existsSync(bin) ? `${bin}:${rest.PATH ?? ''}` : this.root };
    return new Promise((resolve) => {
      const command = [join(this.root, 'dist/cli.js'), ...args];
      execFile(process.execPath, command, { cwd: projectPath('.'), env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  get #runtime(): string {
    return join(this.root, 'node_modules/onnxruntime-node');
  }
}

function built(): string[] {
  return ['adopt-process.js', 'cli.js', 'tool-worker.js', 'worker.js'].map((name) => `dist/${name}`);
}
