import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import type { ModelResult } from '../../../../src/api/result.js';
import { EntryView } from '../../../../src/records/format/entry-view.js';
import { DecisionLog } from '../../../../src/records/host/decision-log.js';
import type { Recording } from '../../../../src/records/host/recording.js';
import { VersionLog } from '../../../../src/records/host/version-log.js';
import { type RingMemory, ringMemory } from '../../../../src/records/ring/ring-memory.js';
import { RingReader } from '../../../../src/records/ring/ring-reader.js';
import { RequestTable } from '../../../../src/requests/request-table.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { lanesOf } from '../../../support/lanes.js';
import { someContext, somePolicy } from '../../../support/record-entries.js';

const result: ModelResult = {
  ...{ source: 'model', decision: 'APPROVE', decidedBy: 'policy', fraudProbability: 0.5, riskScore: 0.25 },
  ...{ riskLevel: 'LOW', model: { name: 'some', version: '7' }, provider: 'cpu' },
  timing: { queueMs: 1, inferenceMs: 1, totalMs: 2, batchSize: 1 },
};

function recordingOf(ring: RingMemory): Recording {
  return {
    ...{ ring, onFull: 'drop-newest', sample: { APPROVE: 1, REVIEW: 1, BLOCK: 1, shadow: 1 } },
    ...{ isUrgent: false, written: 0, bytes: 0, stalled: null },
    sendContext: () => {},
    sendPolicy: () => {},
    find: () => null,
    close: () => Promise.resolve(),
  };
}

/** The numbers of the batches of all entries in a ring. */
function batchesIn(ring: RingMemory): (number | null)[] {
  const reader = new RingReader(ring);
  const batches: (number | null)[] = [];
  for (;;) {
    const entry = Buffer.alloc(4_096);
    const bytes = reader.take(entry, 0);
    if (bytes === 0) return batches;
    batches.push(new EntryView(entry.subarray(0, bytes)).head.batch);
  }
}

describe('VersionLog', () => {
  it.each([
    ['its own number in the recording that it was held in', false],
    ['a new number in a recording that began while it was held', true],
  ])('gives the batch of an answer that was held %s', (_, isOther) => {
    const { lanes, features } = lanesOf({ lanes: 1, maxBatchSize: 1 }, 1);
    const lane = lanes.take();
    const log = new DecisionLog(new FakeClock());
    const version = new VersionLog({
      ...{ log, context: someContext, features, table: new RequestTable(1), maxBatchSize: 1 },
      ...{ workers: { attentionWidth: 0, rawWidth: 0 }, policy: { rounded: somePolicy.policy } },
      role: () => 'primary',
      copyNumber: () => 0,
    });
    const { policy } = somePolicy;
    const rings = [ringMemory(4_096), ringMemory(4_096)] as const;
    const addOne = (): void => {
      version.begin();
      version.add(0, 0, result, policy, lane, 1);
      version.end(lane, 1, 'cpu');
    };
    log.start(recordingOf(rings[0]));
    if (!isOther) addOne();
    version.begin();
    version.hold(0, 0, policy, lane, 1, 'cpu');
    if (isOther) {
      log.stop();
      log.start(recordingOf(rings[1]));
      addOne();
    }
    version.answerHeld(0, result);
    expect(batchesIn(rings[isOther ? 1 : 0])).toEqual([0, 1]);
  });
});
