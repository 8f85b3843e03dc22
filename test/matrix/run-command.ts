import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The longest that a command may take, in ms: an install or a build on a busy machine. */
const longestMs = 300_000;

/** Runs a program to its end. @throws {Error} with the end of its output where its exit code is not 0. */
export async function runCommand(
  command: string,
  args: readonly string[],
  directory: string,
  env: Readonly<NodeJS.ProcessEnv> = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: directory,
    env: { ...environmentOfAnyone(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: longestMs,
  });
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  if (code === 0) return { code, stdout, stderr };
  throw new Error(`${[command, ...args].join(' ')}: exit code ${code}\n${endOf(stdout + stderr)}`);
}

/** npm as a program: on Windows it is a script, which only a shell starts. */
export function runNpm(args: readonly string[], directory: string): Promise<Finished> {
  const env = { ONNXRUNTIME_NODE_INSTALL: 'skip' };
  return process.platform === 'win32'
    ? runCommand('cmd', ['/d', '/s', '/c', 'npm', ...args], directory, env)
    : runCommand('npm', args, directory, env);
}

/** Without what npm and Vitest hand down to what they run: this project's own settings are among it. */
export function environmentOfAnyone(): NodeJS.ProcessEnv {
  const isTheirs = /^(npm|vitest)_|^(NODE_ENV|NODE_OPTIONS|INIT_CWD)$/i;
  const own = Object.entries(process.env).filter(([name]) => !isTheirs.test(name));
  return { ...Object.fromEntries(own), NEXT_TELEMETRY_DISABLED: '1' };
}

/** The last 40 lines. */
export function endOf(output: string): string {
  return output.trimEnd().split('\n').slice(-40).join('\n');
}
