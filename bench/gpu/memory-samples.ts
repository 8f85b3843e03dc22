import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { listGpus } from '../../workers/providers/nvidia-smi.js';
import type { Sample } from '../trend.js';
import type { GpuSettings } from './settings.js';

const hostEveryMs = 500;
const deviceEveryMs = 2_000;

const mebibyte = 2 ** 20;

/** Where memory is, in megabytes, for as long as it is watched. */
export class MemorySamples {
  readonly host: Sample[] = [];
  readonly device: Sample[] = [];
  readonly #start = performance.now();
  readonly #everyMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #watcher: ChildProcess | null;

  /**
   * @param device as {@link deviceToWatch} has it.
   * @param everyMs how often the device is looked at.
   */
  constructor(device: number | null, everyMs = deviceEveryMs) {
    this.#everyMs = everyMs;
    this.#timer = setInterval(() => this.#add(this.host, process.memoryUsage.rss() / mebibyte), hostEveryMs);
    this.#watcher = device === null ? null : this.#watch(device, everyMs);
  }

  /** Resolves once each sample has been taken anew: drivers give memory back a little later. */
  async next(): Promise<void> {
    await sleep(Math.max(hostEveryMs, 2 * this.#everyMs));
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#watcher?.kill();
  }

  /**
   * One process for all samples: to start one copies the page tables of a host that has mapped a device, for which the load waits
   * several milliseconds each time.
   */
  #watch(index: number, everyMs: number): ChildProcess {
    const args = ['-i', `${index}`, '--query-gpu=memory.used', '--format=csv,noheader,nounits'];
    const watcher = spawn('nvidia-smi', [...args, `--loop-ms=${everyMs}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Without it there are no samples, which the report says.
    watcher.on('error', () => {});
    createInterface(watcher.stdout).on('line', (line) => {
      if (/^\d+$/.test(line.trim())) this.#add(this.device, Number(line));
    });
    return watcher;
  }

  #add(samples: Sample[], value: number): void {
    samples.push({ seconds: (performance.now() - this.#start) / 1000, value });
  }
}

/** The index by which nvidia-smi knows the device; null on the CPU, and where there is no such device or tool. */
export async function deviceToWatch({ provider, device }: GpuSettings): Promise<number | null> {
  if (provider === 'cpu') return null;
  const { gpus } = await listGpus();
  return gpus.find((gpu) => gpu.device === device)?.index ?? null;
}
