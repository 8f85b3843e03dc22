import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectPath } from '../../support/paths.js';
import type { Trial, TrialContext } from '../entry.js';
import { runCommand } from '../run-command.js';

/** An older version of Kubernetes that is still in use, and the newest that the validator knows. */
const versions = ['1.34', '1.37'];

/** The manifest against the JSON schemas of Kubernetes, unknown fields refused. They are 140 MB: on demand only. */
export const kubernetesManifest: Trial = { name: 'Kubernetes manifest', run: validate, obstacle, lines: ['24'] };

function obstacle(): string | null {
  return spawnSync('python3', ['-m', 'venv', '--help']).status === 0 ? null : 'needs Python 3 with venv';
}

async function validate({ directory }: TrialContext): Promise<void> {
  await runCommand('python3', ['-m', 'venv', 'venv'], directory);
  await runCommand(join(directory, 'venv/bin/pip'), ['install', '--quiet', 'kubernetes-validate==1.37.0'], directory);
  const manifest = projectPath('examples/container/kubernetes.yaml');
  for (const version of versions) {
    await runCommand(join(directory, 'venv/bin/kubernetes-validate'), ['--strict', '-k', version, manifest], directory);
  }
}
