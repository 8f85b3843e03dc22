import { expect, it } from 'vitest';
import { runStreamChaos } from './stream/stream-chaos.js';

/** A small part of `npm run chaos:stream`. */
it('decides each transaction of a stream once while nodes and the server are killed, hung and restarted', async () => {
  const report = await runStreamChaos({ transactions: 20_000, faults: 5, ackWaitMs: 1_000 });
  expect(report).toMatchObject({ decisions: 20_000, missing: 0, twice: 0, wrongVersion: 0, deadLetters: 0 });
  expect(report.stalled).toBeNull();
  expect(Object.values(report.faults)).toEqual([1, 1, 1, 1, 1]);
  expect(Object.keys(report.byVersion)).toEqual(['1', '2']);
}, 180_000);
