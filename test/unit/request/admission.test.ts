import { describe, expect, it } from 'vitest';
import type { FraudScorerError } from '../../../src/errors.js';
import { AbortRegistry } from '../../../src/request/abort-registry.js';
import { Admission } from '../../../src/request/admission.js';
import { rowLayoutOf } from '../../../src/request/feature-row.js';
import type { PendingRequest } from '../../../src/request/pending-request.js';
import type { ScoreOptions } from '../../../src/types.js';
import { FakeClock } from '../../support/fake-clock.js';
import { noFaults } from '../../support/no-faults.js';

/** A door before a queue whose outlook the test sets. */
function rig() {
  const added: PendingRequest[] = [];
  const refused: FraudScorerError[] = [];
  const outlook = { leastAnswerMs: 0 };
  const slots = { free: 1, features: new Float32Array(2) };
  const admission = new Admission({
    clock: new FakeClock(),
    intake: {
      layout: rowLayoutOf([{ name: 'x', size: 1 }]),
      slots: {
        features: slots.features,
        claim: () => {
          slots.free -= 1;
          return 0;
        },
        release: () => {
          slots.free += 1;
        },
        rowStart: (slot) => slot,
      },
      scratchSlot: 1,
      batcher: {
        waiting: 0,
        canAnswerWithin: (timeoutMs, priority) => outlook.leastAnswerMs / (1 + Math.max(priority, 0)) <= timeoutMs,
        add: (request) => added.push(request),
      },
    },
    aborts: new AbortRegistry(() => {}, noFaults),
    maxQueueSize: 10,
    timeoutMs: 100,
    isClosed: () => false,
    callerContext: () => null,
    onRefused: (_, error) => refused.push(error),
  });
  const submit = (options?: ScoreOptions): void =>
    admission.submit({ features: { x: [1] } }, options, { resolve: () => {}, reject: () => {} });
  return { added, refused, outlook, slots, submit };
}

describe('Admission', () => {
  it('refuses at once what could not be answered within its timeout, and keeps nothing of it', () => {
    const { added, refused, outlook, slots, submit } = rig();
    outlook.leastAnswerMs = 101;
    submit();
    expect(refused.map(({ code }) => code)).toEqual(['ERR_DEADLINE_EXCEEDED']);
    expect(refused[0]?.message).toContain('could not be answered within its timeoutMs of 100');
    expect([added.length, slots.free]).toEqual([0, 1]);
  });

  it('takes in what has the time, or the priority', () => {
    const { added, outlook, submit } = rig();
    outlook.leastAnswerMs = 101;
    submit({ timeoutMs: 150 });
    submit({ priority: 1 });
    expect(added.map(({ priority, timeoutMs }) => [priority, timeoutMs])).toEqual([
      [0, 150],
      [1, 100],
    ]);
  });

  it('refuses a priority that is no integer from −10 to 10', () => {
    const { refused, submit } = rig();
    submit({ priority: 11 });
    submit({ priority: 0.5 });
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringMatching(/priority.*at most 10, received 11/),
      expect.stringMatching(/priority.*an integer.*received 0\.5/),
    ]);
  });
});
