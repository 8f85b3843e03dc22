import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defaultWorkers } from '../src/pool/default-workers.js';

/** What a figure was taken on. */
export interface Environment {
  node: string;
  platform: string;
  cpu: string;
  /** That this process may use. */
  cores: number;
  memoryGb: number;
  /** With `-dirty` where files differ from it; null outside a checkout. */
  commit: string | null;
}

export function readEnvironment(): Environment {
  return {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: defaultWorkers(undefined).workers,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    commit: readCommit(fileURLToPath(new URL('.', import.meta.url))),
  };
}

/** The commit of the checkout that a folder is in; null outside a checkout. */
export function readCommit(directory: string): string | null {
  try {
    const output = execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return output.trim();
  } catch {
    return null;
  }
}
