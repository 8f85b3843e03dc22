import type { GpuSettings } from '../settings.js';

export const waysToEnd = ['exit', 'exception', 'signal', 'natural end'] as const;
export type WayToEnd = (typeof waysToEnd)[number];

export interface BusyHostTask {
  how: WayToEnd;
  settings: GpuSettings;
}

/** One that nothing else ends with. */
export const exitCode = 23;

export const exceptionText = 'of the host';

/** How a process of each kind ends where nothing interferes. */
const expected: Readonly<Record<WayToEnd, string>> = {
  exit: String(exitCode),
  exception: '1',
  signal: 'SIGTERM',
  'natural end': '0',
};

/** @param stderr what it wrote there. @returns what was wrong with its end, or null. */
export function problemWithEnd(how: WayToEnd, ended: string, stderr: string): string | null {
  if (ended !== expected[how]) {
    return `${how}: ended with ${ended}, expected ${expected[how]}; ${stderr.trim().slice(0, 200)}`;
  }
  const isExpectedText = how === 'exception' ? stderr.includes(exceptionText) : true;
  return isExpectedText ? null : `${how}: ended with ${ended} for another reason; ${stderr.trim().slice(0, 200)}`;
}
