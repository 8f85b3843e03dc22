import { fork } from 'node:child_process';
import { once } from 'node:events';
import { projectPath } from '../../support/paths.js';

export const waysToEnd = ['exit', 'exception', 'natural end', 'signal'] as const;
export type WayToEnd = (typeof waysToEnd)[number];

export interface HostSpec {
  how: WayToEnd;
  /** For `exit`. */
  code: number;
  /** It ends after so many answers. */
  after: number;
  model: string;
  workers: number;
}

/** How a host ended; null: as it should. */
export async function runBusyHost(spec: HostSpec): Promise<string | null> {
  const host = fork(projectPath('test/chaos/exits/busy-host.mjs'), [JSON.stringify(spec)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let stderr = '';
  host.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  host.once('message', () => host.kill('SIGTERM'));
  // One that hangs must not hold the whole suite: its end is wrong then, and says so.
  const patience = setTimeout(() => host.kill('SIGKILL'), 60_000);
  const [code, signal]: unknown[] = await once(host, 'close');
  clearTimeout(patience);
  const ended = String(signal ?? code);
  const expected = { exit: String(spec.code), exception: '1', 'natural end': '0', signal: 'SIGTERM' }[spec.how];
  const isQuiet = spec.how === 'exception' ? stderr.includes('of the host') : stderr === '';
  if (ended === expected && isQuiet) return null;
  return `${spec.how}: ended with ${ended}, expected ${expected}; ${stderr.slice(0, 300)}`;
}
