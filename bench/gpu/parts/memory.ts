import { setTimeout as sleep } from 'node:timers/promises';
import { deviceMemoryGb } from '../../../workers/providers/nvidia-smi.js';
import type { ResultTable } from '../../report/result.js';
import { Resources } from '../../resources.js';
import { figureOf } from '../../statistics.js';
import { openScorer, sessionsText } from '../open-scorer.js';
import { reported } from '../report/check.js';
import { type GpuSettings, sessionCounts } from '../settings.js';
import type { RunPart } from './part.js';

const mebibyte = 2 ** 20;
const mebibytesPerGb = 1024;

/** Drivers give memory back a little later. */
const settleMs = 300;

interface Memory {
  hostMib: number;
  deviceMib: number | null;
}

/** With so many sessions. */
interface Held {
  sessions: number;
  memory: Memory;
}

/**
 * Memory of the host's process and of the device with 1, 2 and 4 sessions that have warmed up. Each lot is opened beside those before:
 * what a closed session leaves to its allocators would hide what the next one takes.
 */
export const memory: RunPart = async ({ settings, report }) => {
  await using resources = new Resources();
  const before = await look(settings);
  const found: Held[] = [];
  for (const sessions of sessionCounts) {
    const more = sessions - (found.at(-1)?.sessions ?? 0);
    resources.add(await openScorer(settings, { workers: more }));
    found.push({ sessions, memory: await look(settings) });
    report.table(tableOf(settings, before, found));
  }
  const [one, most] = [found[0], found.at(-1)];
  if (one === undefined || most === undefined) return;
  const more = most.sessions - one.sessions;
  report.check(
    reported('host memory, 2nd to 4th session, each', (most.memory.hostMib - one.memory.hostMib) / more, 'megabytes'),
  );
  if (settings.provider === 'cpu') return;
  const [onOne, onMost, onNone] = [one.memory.deviceMib, most.memory.deviceMib, before.deviceMib];
  if (onOne === null || onMost === null || onNone === null) {
    report.note('There is no nvidia-smi that answers: memory of the device is not known.');
    return;
  }
  report.check(reported('device memory, the first session and what all share', onOne - onNone, 'megabytes'));
  report.check(reported('device memory, 2nd to 4th session, each', (onMost - onOne) / more, 'megabytes'));
};

function tableOf({ batchSize }: GpuSettings, before: Memory, found: readonly Held[]): ResultTable {
  const all = [{ sessions: 0, memory: before }, ...found];
  return {
    title: `Memory, batches of at most ${batchSize}`,
    columns: [
      { name: '' },
      { name: "host's process, resident", unit: 'megabytes' },
      { name: 'device, by all processes', unit: 'megabytes' },
    ],
    rows: all.map(({ sessions, memory: { hostMib, deviceMib } }) => [
      sessionsText(sessions),
      figureOf([hostMib]),
      deviceMib === null ? null : figureOf([deviceMib]),
    ]),
  };
}

async function look({ provider, device }: GpuSettings): Promise<Memory> {
  await sleep(settleMs);
  const onDevice = provider === 'cpu' ? null : await deviceMemoryGb(device);
  return {
    hostMib: process.memoryUsage.rss() / mebibyte,
    deviceMib: onDevice === null ? null : onDevice.used * mebibytesPerGb,
  };
}
