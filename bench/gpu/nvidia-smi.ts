import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The GPUs with their memory and driver, a line each; empty where there is no `nvidia-smi`, or it fails. */
export async function describeGpus(): Promise<string[]> {
  return (await query('name,memory.total,driver_version')) ?? [];
}

/**
 * Memory in use on a device, by whatever process, in MiB: in a container processes can't be told apart. Null where it can't be asked.
 */
export async function deviceMemoryMib(device: number): Promise<number | null> {
  const lines = await query('memory.used', device);
  return parseMib(lines?.[0]);
}

export function parseMib(line: string | undefined): number | null {
  const match = /^(\d+)(?: MiB)?$/.exec(line?.trim() ?? '');
  return match === null ? null : Number(match[1]);
}

async function query(fields: string, device?: number): Promise<string[] | null> {
  const ofDevice = device === undefined ? [] : [`--id=${device}`];
  try {
    const { stdout } = await run('nvidia-smi', [`--query-gpu=${fields}`, '--format=csv,noheader', ...ofDevice], {
      timeout: 10_000,
    });
    return stdout.split('\n').filter((line) => line.trim() !== '');
  } catch {
    return null;
  }
}
