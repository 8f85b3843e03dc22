import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../src/decision/policy.js';
import { Explanations } from '../../../src/explanation/explanations.js';
import type { ExplainReply } from '../../../src/pool/protocol.js';
import type { PendingRequest } from '../../../src/request/pending-request.js';
import type { ModelResult } from '../../../src/types.js';
import { pendingRequest } from '../../support/requests.js';

function modelResult(): ModelResult {
  return {
    ...{
      source: 'model',
      decision: 'BLOCK',
      fraudProbability: 0.9,
      riskScore: 0.9,
      riskLevel: 'HIGH',
      provider: 'cpu',
    },
    ...{ model: { name: 'm', version: '1' }, timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 } },
  };
}

function rig() {
  const explained: number[] = [];
  const failures: string[] = [];
  /** The slots of those that are being made, with what answers them. */
  const running = new Map<number, (reply: ExplainReply) => void>();
  const explanations = new Explanations({
    explain: true,
    names: [{ input: 'x', feature: 'x[0]', description: undefined }],
    policy: () => defaultPolicy,
    run: ({ slot }) => new Promise((resolve) => running.set(slot, resolve)),
    onExplained: ({ slot }) => explained.push(slot),
    onFailure: (reason) => failures.push(reason),
    onFault: (error) => {
      throw error;
    },
  });
  const begin = (slot: number): { request: PendingRequest; result: ModelResult } => {
    const [request, result] = [pendingRequest({ slot }), modelResult()];
    request.state = 'held';
    expect(explanations.begin(request, result)).toBe(true);
    return { request, result };
  };
  return { explanations, explained, failures, running, begin };
}

const reply: ExplainReply = { contributions: [{ column: 0, contribution: 1 }] };

describe('explanations', () => {
  it('are made one at a time', async () => {
    const { running, begin, explained } = rig();
    const { result } = begin(1);
    begin(2);
    await turn();
    expect([...running.keys()]).toEqual([1]);
    running.get(1)?.(reply);
    await turn();
    expect([...running.keys()]).toEqual([1, 2]);
    expect(explained).toEqual([1]);
    expect(result.reasons).toMatchObject([{ feature: 'x[0]', direction: 'raises' }]);
  });

  it('go on where one never comes back, once its request is settled', async () => {
    const { explanations, running, begin, explained, failures } = rig();
    const first = begin(1);
    const second = begin(2);
    await turn();
    first.request.state = 'settled';
    explanations.giveUp(first.request);
    await turn();
    expect(explained).toEqual([1]);
    running.get(2)?.(reply);
    await turn();
    expect(explained).toEqual([1, 2]);
    expect(second.result.reasons).toHaveLength(1);
    // Nobody hears it any more.
    running.get(1)?.(reply);
    await turn();
    expect(first.result.reasons).toBeUndefined();
    expect([explanations.summary, failures]).toEqual([{ given: 1, skipped: 1 }, []]);
  });

  it('are not disturbed by another request that is settled', async () => {
    const { explanations, running, begin, explained } = rig();
    begin(1);
    const second = begin(2);
    await turn();
    second.request.state = 'settled';
    explanations.giveUp(second.request);
    running.get(1)?.(reply);
    await turn();
    expect(explained).toEqual([1, 2]);
    expect([...running.keys()]).toEqual([1]);
    expect(explanations.summary).toEqual({ given: 1, skipped: 1 });
  });
});
