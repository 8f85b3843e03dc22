import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Runs one of the scripts beside this file and waits for it. @throws Error if it fails or there is no such Python */
export async function runPython(
  python: string,
  script: string,
  flags: Readonly<Record<string, string | number>>,
): Promise<void> {
  const list = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const file = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(python, ['-B', file, ...list], {
    stdio: 'inherit',
    // Idle threads of a numerical library spin, which costs a busy machine more than a second thread gains.
    env: { ...process.env, OMP_WAIT_POLICY: 'passive' },
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${script}: expected exit code 0, received ${String(code)}`);
}
