import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, resolve } from 'node:path';
import type { Provider } from '../api/provider.js';
import type { Clock } from '../host/clock.js';
import { ProgramStarter } from '../host/program-starter.js';
import { gpuQuery, gpuQueryTimeoutMs, readGpus } from '../protocol/nvidia-smi.js';
import type { GpuList } from '../protocol/tools.js';
import { listGpusApart } from './device-room.js';

export interface GpuMemoryOptions {
  clock: Clock;
  providers: readonly Provider[];
  toolWorkerFile: string | undefined;
}

/**
 * What nvidia-smi knows of the GPUs' memory, for a scorer that serves. A small process starts nvidia-smi, so that the host is not forked.
 *
 * Each scorer has a process of its own: it ends with the scorer, and the ES module and the CommonJS form of the package need nothing in common.
 */
export class GpuMemory {
  readonly #options: GpuMemoryOptions;
  readonly #mayUseGpu: boolean;
  #starter: ProgramStarter | null = null;
  /** Whether nvidia-smi is started by the host itself. */
  #isDirect = false;
  #isClosed = false;

  constructor(options: GpuMemoryOptions) {
    this.#options = options;
    this.#mayUseGpu = options.providers.some((provider) => provider !== 'cpu');
  }

  /** Starts the small process, where a GPU may be used and nvidia-smi is there. Call it before the first session opens. Never throws. */
  async open(): Promise<void> {
    if (!this.#mayUseGpu) return;
    // Windows does not fork.
    this.#isDirect = process.platform === 'win32';
    if (this.#isDirect) return;
    const file = await findNvidiaSmi(process.env.PATH);
    if (file === null || this.#isClosed) return;
    const starter = new ProgramStarter({
      ...{ clock: this.#options.clock, file, args: gpuQuery, timeoutMs: gpuQueryTimeoutMs },
    });
    this.#starter = starter;
    this.#isDirect = !(await starter.open());
  }

  /** The GPUs; none where nothing is known of them, also because nvidia-smi did not answer in time. Never throws. */
  async list(): Promise<Pick<GpuList, 'gpus'>> {
    // Where a host bundles the package without the tools' worker, nothing is known.
    if (this.#isDirect) return listGpusApart(this.#options.toolWorkerFile).catch(() => ({ gpus: [] }));
    const end = (await this.#starter?.run()) ?? null;
    return { gpus: end?.status === 0 ? readGpus(end.output, process.env) : [] };
  }

  /** Resolves when the small process has gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#starter?.close();
  }
}

/** Where the system would find it. @returns an absolute path; null where there is none. */
async function findNvidiaSmi(path = '/usr/bin:/bin'): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    const file = resolve(folder, 'nvidia-smi');
    if (await isProgram(file)) return file;
  }
  return null;
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}
