import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { projectPath } from './paths.js';

export interface HostEnd {
  code: number | null;
  signal: string | null;
  output: string;
}

export interface HostOptions {
  /** Options of Node.js. */
  nodeOptions?: readonly string[];
  /** A shell command that comes before it, such as `ulimit -n 80`. */
  before?: string;
}

/** Runs a host in a process of its own, over the built package, until it ends; `FraudScorer` is there. */
export async function runHost(program: string, { nodeOptions = [], before = ':' }: HostOptions = {}): Promise<HostEnd> {
  const source = `
    import { FraudScorer, optimizeModel, profileModel } from ${JSON.stringify(projectPath('dist/index.js'))};
    ${program}
  `;
  const args = [...nodeOptions, '--trace-warnings', '--input-type=module', '--eval', source];
  const host = spawn('bash', ['-c', `${before} && exec "$0" "$@"`, process.execPath, ...args]);
  let output = '';
  host.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    if (output.includes('kill me')) host.kill('SIGTERM');
  });
  host.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code, signal]: [number | null, string | null] = await once(host, 'close').then(([c, s]) => [c, s]);
  return { code, signal, output };
}
