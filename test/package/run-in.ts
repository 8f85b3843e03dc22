import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, which it has to come to by itself. */
export async function runIn(
  directory: string,
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  timeout = 50_000,
): Promise<Finished> {
  const child = spawn(command, args, { cwd: directory, env: { ...cleanEnvironment(), ...env }, timeout });
  child.stdin.end();
  const [[code], stdout, stderr] = await Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Without what npm and vitest hand down to what they run. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !/^(npm|vitest)_|^NODE_ENV$/i.test(name)));
}
