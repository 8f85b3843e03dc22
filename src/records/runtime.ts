import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { packageJson } from '../packaged-files.js';
import { sessionSettings } from '../protocol/session-settings.js';
import type { VersionContext } from './format/contexts.js';

/** What a model runs on in this process. */
export function runtimeOf(packageVersion: string): VersionContext['runtime'] {
  return {
    package: packageVersion,
    node: process.versions.node,
    onnxruntime: runtimeVersion(),
    cpuModel: cpus()[0]?.model.trim() ?? 'unknown',
    session: { ...sessionSettings },
  };
}

/** 'unknown' where a bundler has taken the runtime elsewhere. */
function runtimeVersion(): string {
  try {
    const entry = createRequire(packageJson()).resolve('onnxruntime-node');
    const manifest: unknown = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'));
    const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
    return isManifest && typeof manifest.version === 'string' ? manifest.version : 'unknown';
  } catch {
    return 'unknown';
  }
}
