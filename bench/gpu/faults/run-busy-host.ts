import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { GpuSettings } from '../settings.js';
import { type BusyHostTask, problemWithEnd, type WayToEnd } from './ways-to-end.js';

/** @returns what was wrong with the host's end, or null. */
export async function runBusyHost(how: WayToEnd, settings: GpuSettings, patienceMs: number): Promise<string | null> {
  const task: BusyHostTask = { how, settings };
  const host = fork(fileURLToPath(new URL('./busy-host.mjs', import.meta.url)), [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  host.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  host.once('message', () => host.kill('SIGTERM'));
  const patience = setTimeout(() => host.kill('SIGKILL'), patienceMs);
  const [code, signal]: unknown[] = await once(host, 'close');
  clearTimeout(patience);
  return problemWithEnd(how, String(signal ?? code), stderr);
}
