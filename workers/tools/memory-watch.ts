import { totalmem } from 'node:os';
import type { Provider } from '../../src/api/provider.js';
import type { MemoryUse } from '../../src/protocol/tools.js';
import { deviceMemoryGb } from '../providers/nvidia-smi.js';

const bytesPerGb = 1024 ** 3;

/**
 * How much the used memory has grown since the start: the device's over all processes, if there is a device and its driver's tool reports
 * it; else that of this process, relative to the machine's memory.
 */
export class MemoryWatch {
  readonly #device: number | null;
  readonly #hostGb = hostGb();
  readonly #deviceGb: number | null;

  private constructor(device: number | null, deviceGb: number | null) {
    this.#device = device;
    this.#deviceGb = deviceGb;
  }

  static async begin(provider: Provider, device: number): Promise<MemoryWatch> {
    if (provider === 'cpu') return new MemoryWatch(null, null);
    return new MemoryWatch(device, (await deviceMemoryGb(device))?.used ?? null);
  }

  async look(): Promise<MemoryUse> {
    if (this.#device !== null && this.#deviceGb !== null) {
      const now = await deviceMemoryGb(this.#device);
      if (now !== null) return { memoryGb: Math.max(now.used - this.#deviceGb, 0), memoryTotalGb: now.total };
    }
    const now = hostGb();
    const memoryGb = now === null || this.#hostGb === null ? null : Math.max(now - this.#hostGb, 0);
    return { memoryGb, memoryTotalGb: totalGb() };
  }
}

/** null if the system does not report it: Node.js reads a file in /proc for it. */
function hostGb(): number | null {
  try {
    return process.memoryUsage.rss() / bytesPerGb;
  } catch {
    return null;
  }
}

/** The machine's memory, or the container's limit. */
function totalGb(): number {
  const limit = process.constrainedMemory();
  return Math.min(totalmem(), limit > 0 ? limit : Number.POSITIVE_INFINITY) / bytesPerGb;
}
