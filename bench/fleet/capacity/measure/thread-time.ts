import { readFileSync } from 'node:fs';

/** CPU time of all threads of a process so far, in microseconds. Linux only. */
export function processCpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may have blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  // In ticks of 10 ms, which is what Linux reports on every usual machine.
  return (user + system) * 10_000;
}

/** CPU time of a process's main thread so far, in microseconds. Linux only. */
export function mainThreadCpuUs(pid: number): number {
  const [ns = ''] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(ns) / 1_000;
}
