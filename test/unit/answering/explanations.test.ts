import { describe, expect, it } from 'vitest';
import { Explanations, maxExplanations } from '../../../src/answering/explanations.js';
import { defaultPolicy } from '../../../src/answering/policy.js';
import type { Explain } from '../../../src/api/request.js';
import type { Decision, ModelResult } from '../../../src/api/result.js';
import type { ExplainReply, ExplainTask } from '../../../src/protocol/serving.js';
import { explainCodes } from '../../../src/requests/explain-codes.js';
import { FeatureRows } from '../../../src/requests/feature-rows.js';
import { RequestTable, rowStates } from '../../../src/requests/request-table.js';
import { rowLayoutOf } from '../../../src/requests/row-layout.js';
import { noFaults } from '../../support/no-faults.js';
import { claimRow } from '../../support/rows.js';

function resultOf(decision: Decision): ModelResult {
  return {
    source: 'model',
    decidedBy: 'policy',
    decision,
    fraudProbability: 0.95,
    riskScore: 0.5,
    riskLevel: 'MEDIUM',
    model: { name: 'model', version: '1' },
    provider: 'cpu',
    timing: { queueMs: 0, inferenceMs: 0, totalMs: 0, batchSize: 1 },
  };
}

/** Lets what was promised be heard. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface Asked {
  task: ExplainTask;
  reply: (reply: ExplainReply) => Promise<void>;
  fail: (error: Error) => Promise<void>;
}

/** Explanations by a worker that answers when the test says so. */
function rig({ explain = true as Explain, capacity = 8 } = {}) {
  const table = new RequestTable(capacity);
  const features = new FeatureRows(rowLayoutOf([{ name: 'x', size: 3 }]), capacity, 0);
  const asked: Asked[] = [];
  const explained: number[] = [];
  const failures: string[] = [];
  const explanations = new Explanations({
    table,
    features,
    explain,
    names: ['first', 'second', 'third'].map((feature) => ({ input: 'x', feature, description: undefined })),
    run: (task) =>
      new Promise((resolve, reject) => {
        asked.push({
          task,
          reply: (reply) => {
            resolve(reply);
            return turn();
          },
          fail: (error) => {
            reject(error);
            return turn();
          },
        });
      }),
    onExplained: (row) => explained.push(row),
    onFailure: (reason) => failures.push(reason),
    onFault: noFaults,
  });
  /** A request that was answered, and is held for its reasons. */
  const hold = (): { row: number; result: ModelResult } => {
    const row = claimRow(table);
    const result = resultOf('BLOCK');
    table.state[row] = rowStates.held;
    table.result[row] = result;
    features.floats.set([row, row + 1, row + 2], features.start(row));
    explanations.begin(row, result, defaultPolicy);
    return { row, result };
  };
  return { table, asked, explained, failures, explanations, hold };
}

const contributions = [{ column: 1, contribution: 0.5 }];

describe('Explanations', () => {
  it.each([
    ['false', false, []],
    ['true', true, ['APPROVE', 'REVIEW', 'BLOCK']],
    ["'review'", 'review', ['REVIEW', 'BLOCK']],
    ["'block'", 'block', ['BLOCK']],
  ] as const)('are wanted for the decisions that explain: %s names', (_, explain, wanted) => {
    const { table, explanations } = rig({ explain });
    const row = claimRow(table);
    const decisions = ['APPROVE', 'REVIEW', 'BLOCK'] as const;
    expect(decisions.filter((decision) => explanations.wants(row, resultOf(decision)))).toEqual(wanted);
    // What the request says goes before what the scorer does.
    table.explain[row] = explainCodes.of(explain === false);
    expect(explanations.wants(row, resultOf('APPROVE'))).toBe(explain === false);
  });

  it("add the reasons to the result, from the row's own features and by the score that decided", async () => {
    const { asked, explained, explanations, hold } = rig();
    hold();
    const { row, result } = hold();
    await turn();
    await asked[0]?.reply({ contributions });
    expect(asked[1]?.task).toEqual({
      kind: 'explain',
      features: Float32Array.of(row, row + 1, row + 2),
      of: 'probability',
    });
    await asked[1]?.reply({ contributions });
    expect(result.reasons).toEqual([{ input: 'x', feature: 'second', contribution: 0.5, direction: 'raises' }]);
    expect(explained).toEqual([0, row]);
    expect(explanations.summary).toEqual({ given: 2, skipped: 0 });
  });

  it('are made one at a time', async () => {
    const { asked, hold } = rig();
    for (let request = 0; request < 3; request += 1) hold();
    await turn();
    expect(asked).toHaveLength(1);
    await asked[0]?.reply({ contributions });
    expect(asked).toHaveLength(2);
  });

  it('are not made for a request that was answered before its turn, even if its row has a new request', async () => {
    const { table, asked, explained, explanations, hold } = rig();
    hold();
    const { row, result } = hold();
    await turn();
    table.release(row);
    const next = claimRow(table);
    expect(next).toBe(row);
    table.state[next] = rowStates.held;
    await asked[0]?.reply({ contributions });
    expect(asked).toHaveLength(1);
    expect([explained, result.reasons]).toEqual([[0], undefined]);
    expect(explanations.summary).toEqual({ given: 1, skipped: 1 });
  });

  it('do not change an answer that was given meanwhile, nor the next request of its row', async () => {
    const { table, asked, explained, explanations, hold } = rig({ capacity: 1 });
    const { row, result } = hold();
    await turn();
    table.release(row);
    const next = hold();
    await asked[0]?.reply({ contributions });
    expect([explained, result.reasons, next.result.reasons]).toEqual([[], undefined, undefined]);
    await asked[1]?.reply({ contributions });
    expect(explained).toEqual([row]);
    expect(next.result.reasons).toHaveLength(1);
    expect(explanations.summary).toEqual({ given: 1, skipped: 1 });
  });

  it('continue after one that never comes back, when its request is settled', async () => {
    const { table, asked, explained, failures, explanations, hold } = rig();
    const [first, second] = [hold(), hold()];
    await turn();
    explanations.giveUp(first.row);
    table.release(first.row);
    await turn();
    await asked[1]?.reply({ contributions });
    expect(explained).toEqual([second.row]);
    expect(second.result.reasons).toHaveLength(1);
    // Nobody hears it any more.
    await asked[0]?.reply({ contributions });
    expect(first.result.reasons).toBeUndefined();
    expect([explanations.summary, failures]).toEqual([{ given: 1, skipped: 1 }, []]);
  });

  it('are not disturbed by another request that is settled', async () => {
    const { table, asked, explained, explanations, hold } = rig();
    const [first, second] = [hold(), hold()];
    await turn();
    explanations.giveUp(second.row);
    table.release(second.row);
    await asked[0]?.reply({ contributions });
    expect(explained).toEqual([first.row]);
    expect(asked).toHaveLength(1);
    expect(explanations.summary).toEqual({ given: 1, skipped: 1 });
  });

  it('leave an answer without reasons where the worker fails or is lost, say why, and go on', async () => {
    const { asked, explained, failures, explanations, hold } = rig();
    const held = [hold(), hold(), hold()];
    await turn();
    await asked[0]?.reply({ error: 'no' });
    await asked[1]?.fail(new Error('The worker died'));
    await asked[2]?.reply({ contributions });
    expect(held.map(({ result }) => result.reasons?.length)).toEqual([undefined, undefined, 1]);
    expect(failures).toEqual(['no', 'The worker died']);
    expect(explained).toEqual(held.map(({ row }) => row));
    expect(explanations.summary).toEqual({ given: 1, skipped: 2 });
  });

  it('are skipped if the most allowed requests already wait for them', async () => {
    const { table, asked, explanations, hold } = rig({ capacity: maxExplanations + 1 });
    for (let request = 0; request < maxExplanations; request += 1) hold();
    const row = claimRow(table);
    expect(explanations.wants(row, resultOf('BLOCK'))).toBe(false);
    expect(explanations.summary).toEqual({ given: 0, skipped: 1 });
    await turn();
    await asked[0]?.reply({ contributions });
    expect(explanations.wants(row, resultOf('BLOCK'))).toBe(true);
  });
});
