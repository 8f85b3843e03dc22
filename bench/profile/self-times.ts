import { basename } from 'node:path';

interface CallFrame {
  functionName: string;
  url: string;
  lineNumber: number;
}

/** What `--cpu-prof` writes, as far as it is read here. */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: CallFrame }[];
  /** The node on top of the stack, sample by sample. */
  samples: readonly number[];
  /** µs since the sample before. */
  timeDeltas: readonly number[];
}

export interface SelfTime {
  /** Function, file, and line where it is known; `(program)` is native code, `(idle)` and `(garbage collector)` are what they say. */
  label: string;
  /** Of the time the thread was not idle; `(idle)` itself of all of it. */
  share: number;
}

const idle = '(idle)';

/**
 * How long each function itself was on top of the stack, the longest first.
 *
 * @param lastMs of the profile's end so much is read: what comes before is getting ready.
 */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, lastMs: number): SelfTime[] {
  const labels = new Map(nodes.map(({ id, callFrame }) => [id, labelOf(callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  for (let index = samples.length - 1; index >= 0 && total < lastMs * 1000; index -= 1) {
    const label = labels.get(samples[index] ?? -1) ?? 'unknown';
    const time = Math.max(0, timeDeltas[index] ?? 0);
    times.set(label, (times.get(label) ?? 0) + time);
    total += time;
  }
  const busy = total - (times.get(idle) ?? 0);
  return [...times]
    .map(([label, time]) => ({ label, share: time / (label === idle ? total : busy) }))
    .sort((a, b) => b.share - a.share);
}

export function isCpuProfile(json: unknown): json is CpuProfile {
  if (typeof json !== 'object' || json === null) return false;
  return ['nodes', 'samples', 'timeDeltas'].every((name) => Array.isArray(Reflect.get(json, name)));
}

function labelOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  // Of sources there is but one line, as they are loaded; others are counted from 0.
  return url.endsWith('.ts') ? `${name} ${basename(url)}` : `${name} ${basename(url)}:${lineNumber + 1}`;
}
