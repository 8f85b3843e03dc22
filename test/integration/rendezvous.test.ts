import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { WorkerLostError } from '../../src/errors.js';
import { fileOf, openModelDirectory } from '../../src/models/model-directory.js';
import { abandonRendezvous, type ProfileTask, profileMeetings, rendezvousWords } from '../../src/protocol/tools.js';
import { profileSessions } from '../../src/tools/profile-sessions.js';
import { ToolWorker } from '../../src/tools/tool-worker.js';
import { Rendezvous } from '../../workers/tools/rendezvous.js';
import { fixtureModel } from '../support/paths.js';

const here = () => false;
const batchSizes = [1, 2];

function newWords(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * rendezvousWords.count(profileMeetings.count(batchSizes.length))));
}

async function threadAt(words: Int32Array, meeting: number): Promise<void> {
  while (Atomics.load(words, rendezvousWords.arrived(meeting)) === 0) await turn();
}

it('one party alone waits for nobody', () => {
  const rendezvous = new Rendezvous({ words: newWords(), parties: 1 }, here);
  expect(rendezvous.meet(1)).toBe(true);
  expect(rendezvous.isOver(1)).toBe(false);
  rendezvous.finish(1);
  expect(rendezvous.isOver(1)).toBe(true);
});

it('nobody waits, at any meeting, once one has given up', () => {
  const data = { words: newWords(), parties: 2 };
  const rendezvous = new Rendezvous(data, here);
  new Rendezvous(data, here).abandon();
  expect([0, 1, 2].map((meeting) => rendezvous.meet(meeting))).toEqual([false, false, false]);
  expect(rendezvous.isOver(2)).toBe(true);
});

it('nobody waits where the host is leaving, which can tell nobody so', () => {
  let looks = 0;
  const rendezvous = new Rendezvous({ words: newWords(), parties: 2 }, () => {
    looks += 1;
    return looks > 2;
  });
  expect(rendezvous.meet(0)).toBe(false);
});

/** Threads of their own that measure a model on the CPU. */
let task: Omit<ProfileTask, 'rendezvous'>;
const workers: ToolWorker[] = [];
beforeEach(async () => {
  const opened = await openModelDirectory(fixtureModel('sqrt'));
  const { inputs, outputs } = opened.manifest;
  task = {
    ...{ kind: 'profile', spec: { inputs, outputs }, model: fileOf(opened), provider: 'cpu', device: 0 },
    ...{ rows: Float32Array.of(0.25), batchSizes, runs: 1, watchesMemory: true },
  };
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});

function started(): ToolWorker {
  const worker = new ToolWorker();
  workers.push(worker);
  return worker;
}

it('a thread that waits for one that has given up goes on, with what it has measured until then', async () => {
  const words = newWords();
  const report = started().run({ ...task, rendezvous: { words, parties: 2 } });
  const other = new Rendezvous({ words, parties: 2 }, here);
  const { opening, start, end } = profileMeetings;
  for (const meeting of [opening, start(0), end(0)]) {
    await threadAt(words, meeting);
    other.meet(meeting);
    other.finish(meeting);
  }
  await threadAt(words, start(1));
  abandonRendezvous(words);
  expect(await report).toMatchObject({ unavailable: null, outOfMemoryAt: null, measured: [{ batchSize: 1 }] });
});

it('a session that can not be opened lets the others go', async () => {
  const rendezvous = { words: newWords(), parties: 2 };
  const other = started().run({ ...task, rendezvous, model: { bytes: new SharedArrayBuffer(1), files: [] } });
  const report = started().run({ ...task, rendezvous });
  await expect(other).rejects.toMatchObject({ code: 'ERR_MODEL_INVALID' });
  expect(await report).toMatchObject({ unavailable: null, measured: [] });
});

it('a session whose thread dies lets the others go', async () => {
  const { kind: _, watchesMemory: __, ...order } = task;
  const run = vi.spyOn(ToolWorker.prototype, 'run');
  run.mockImplementationOnce(() => Promise.reject(new WorkerLostError('stand-in: it died')));
  await expect(profileSessions(3, order)).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' });
  expect(run).toHaveBeenCalledTimes(3);
});
