import { deviceMemoryGb } from '../../workers/providers/nvidia-smi.js';
import type { Sample } from '../trend.js';
import type { GpuSettings } from './settings.js';

const hostEveryMs = 500;

/** A process is started for each. */
const deviceEveryMs = 2_000;

const mebibyte = 2 ** 20;
const mebibytesPerGb = 1024;

/** Where memory is, in megabytes, for as long as it is watched. */
export class MemorySamples {
  readonly host: Sample[] = [];
  readonly device: Sample[] = [];
  readonly #timers: NodeJS.Timeout[] = [];

  constructor({ provider, device }: GpuSettings) {
    const start = performance.now();
    const add = (samples: Sample[], value: number): void => {
      samples.push({ seconds: (performance.now() - start) / 1000, value });
    };
    this.#timers.push(setInterval(() => add(this.host, process.memoryUsage.rss() / mebibyte), hostEveryMs));
    if (provider === 'cpu') return;
    const lookAtDevice = async (): Promise<void> => {
      const memory = await deviceMemoryGb(device);
      if (memory !== null) add(this.device, memory.used * mebibytesPerGb);
    };
    this.#timers.push(setInterval(() => void lookAtDevice(), deviceEveryMs));
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }
}
