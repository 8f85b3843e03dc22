import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gpu } from '../../../src/protocol/tools.js';
import type { Environment } from '../../environment.js';
import type { GpuSettings } from '../settings.js';
import type { PartResult } from './part-result.js';

/** Everything a run has found so far. */
export interface GpuResultFile {
  format: 1;
  startedAt: string;
  seconds: number;
  budgetSeconds: number;
  environment: Environment;
  /** Empty where there is no `nvidia-smi` that answers. */
  gpus: readonly Gpu[];
  settings: GpuSettings;
  parts: readonly PartResult[];
}

/** In one step: whoever is interrupted keeps the former one. @returns the file's path. */
export async function writeGpuResult(directory: string, file: GpuResultFile): Promise<string> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `gpu-bench-${file.settings.provider}.json`);
  await writeFile(`${path}.new`, `${JSON.stringify(file, null, 1)}\n`);
  await rename(`${path}.new`, path);
  return path;
}
