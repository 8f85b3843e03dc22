import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { fileOf, openModelDirectory } from '../../src/deployment/model-directory.js';
import { abandonRendezvous, rendezvousWords } from '../../src/pool/tool-protocol.js';
import { ToolWorker } from '../../src/tools/tool-worker.js';
import { Rendezvous } from '../../workers/rendezvous.js';
import { fixtureModel } from '../support/paths.js';

function wordsOf(meetings: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * rendezvousWords.count(meetings)));
}

async function threadAt(words: Int32Array, meeting: number): Promise<void> {
  while (Atomics.load(words, rendezvousWords.arrived(meeting)) === 0) await turn();
}

it('one party alone waits for nobody', () => {
  const rendezvous = new Rendezvous({ words: wordsOf(2), parties: 1 });
  expect(rendezvous.meet(1)).toBe(true);
  expect(rendezvous.isOver(1)).toBe(false);
  rendezvous.finish(1);
  expect(rendezvous.isOver(1)).toBe(true);
});

it('nobody waits, at any meeting, once one has given up', () => {
  const data = { words: wordsOf(3), parties: 2 };
  const rendezvous = new Rendezvous(data);
  new Rendezvous(data).abandon();
  expect([0, 1, 2].map((meeting) => rendezvous.meet(meeting))).toEqual([false, false, false]);
  expect(rendezvous.isOver(2)).toBe(true);
});

it('a thread that waits for one that has given up goes on, with what it has measured until then', async () => {
  const opened = await openModelDirectory(fixtureModel('sqrt'));
  const { inputs, outputs } = opened.manifest;
  const words = wordsOf(3);
  const worker = new ToolWorker();
  const report = worker.run({
    ...{ kind: 'profile', spec: { inputs, outputs }, model: fileOf(opened), provider: 'cpu', device: 0 },
    ...{ rows: Float32Array.of(0.25), batchSizes: [1, 2], runs: 1 },
    ...{ rendezvous: { words, parties: 2 }, watchesMemory: true },
  });
  const other = new Rendezvous({ words, parties: 2 });
  for (const meeting of [0, 1]) {
    await threadAt(words, meeting);
    other.meet(meeting);
    other.finish(meeting);
  }
  await threadAt(words, 2);
  abandonRendezvous(words);
  expect(await report).toMatchObject({ unavailable: null, outOfMemoryAt: null, measured: [{ batchSize: 1 }] });
  await worker.close();
});
