import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Answers } from '../../../src/answering/answers.js';
import { Explanations } from '../../../src/answering/explanations.js';
import { defaultPolicy, roundPolicy } from '../../../src/answering/policy.js';
import type { Decide } from '../../../src/api/policy.js';
import type { Explain } from '../../../src/api/request.js';
import type { ModelResult } from '../../../src/api/result.js';
import { OutcomeStore } from '../../../src/monitoring/labels/outcomes.js';
import { VersionStats } from '../../../src/monitoring/version-stats.js';
import type { ExplainReply } from '../../../src/protocol/serving.js';
import { RequestTable, rowStates } from '../../../src/requests/request-table.js';
import { addRow, type Lane } from '../../../src/scheduling/lanes.js';
import { FakeClock } from '../../support/fake-clock.js';
import { lanesOf } from '../../support/lanes.js';
import { noFaults } from '../../support/no-faults.js';
import { noLog } from '../../support/no-log.js';
import { Callers, settlerOf } from '../../support/settler.js';
import { untyped } from '../../support/untyped.js';

const model = { name: 'model', version: '7' };
const maxBatchSize = 8;

interface Setting {
  decide?: Decide | undefined;
  attentionWidth?: number;
  explain?: Explain;
}

function rig({ attentionWidth = 0, explain = false, decide = undefined }: Setting = {}) {
  const clock = new FakeClock();
  const table = new RequestTable(16);
  const { lanes, features } = lanesOf({ lanes: 2, maxBatchSize, attention: true }, 16);
  const stats = new VersionStats('1', clock, new OutcomeStore(clock, { maxPending: 10, ttlMs: 1e9 }));
  const callers = new Callers(table);
  const policy = { ...defaultPolicy };
  const failures: string[] = [];
  const explaining: ((reply: ExplainReply) => void)[] = [];
  const explanations = new Explanations({
    table,
    features,
    explain,
    names: [{ input: 'x', feature: 'x', description: undefined }],
    run: () => new Promise((resolve) => explaining.push(resolve)),
    onExplained: (row) => answers.answerHeld(row, clock.now()),
    onFailure: () => {},
    onFault: noFaults,
  });
  const answers: Answers = new Answers({
    table,
    model,
    maxBatchSize,
    workers: { attentionWidth },
    policy: {
      get rounded() {
        return roundPolicy(policy);
      },
    },
    decide,
    onDecideFailure: (reason) => failures.push(reason),
    explanations,
    drift: null,
    log: noLog,
    stats,
    settler: settlerOf(table, { clock }),
    onFault: noFaults,
  });
  /** Sends requests, whose outputs are these. */
  const send = (outputs: readonly (readonly number[])[]): Lane => {
    const lane = lanes.take();
    lane.sentAt = clock.now() + 2;
    for (const [place, values] of outputs.entries()) {
      const row = callers.claim({ enqueuedAt: clock.now() });
      table.state[row] = rowStates.running;
      addRow(lane, row, table);
      lane.outputs.set(values, place * 2);
    }
    return lane;
  };
  const land = (...landed: Lane[]): void =>
    answers.answer(
      landed.map((lane) => ({ lane, reply: { inferenceMs: 3, provider: 'cpu' as const } })),
      clock.now(),
    );
  const performance = () => {
    const seen = { succeeded: 0, failed: 0, batches: 0 };
    stats.history.eachSinceStart((recorder) => {
      seen.succeeded += recorder.requests.summary().succeeded;
      seen.failed += recorder.requests.summary().failed;
      seen.batches += recorder.summary().batchSize.mean === null ? 0 : 1;
    });
    return seen;
  };
  return { clock, table, stats, callers, policy, explaining, failures, send, land, performance };
}

/** What a caller was told, which must be one answer of the model's. */
function answerOf({ told }: Callers, number: number): ModelResult {
  const [answer, ...more] = told[number] ?? [];
  if (answer === undefined || more.length > 0 || !('source' in answer) || answer.source !== 'model') {
    throw new Error(`caller ${number} was not answered once by the model`);
  }
  return answer;
}

describe('Answers', () => {
  it("decides by the outputs of the request's own row, and measures each stage", () => {
    const { clock, callers, table, send, land, performance } = rig();
    const lane = send([
      [0.75, 0.25],
      [0.125, 0.95],
    ]);
    table.id[lane.rows[1] ?? -1] = 'a';
    clock.advance(6);
    land(lane);
    const timing = { queueMs: 2, inferenceMs: 3, totalMs: 6, batchSize: 2 };
    expect(answerOf(callers, 0)).toEqual({
      source: 'model',
      decision: 'REVIEW',
      decidedBy: 'policy',
      fraudProbability: 0.75,
      riskScore: 0.25,
      riskLevel: 'LOW',
      model,
      provider: 'cpu',
      timing,
    });
    expect(answerOf(callers, 1)).toMatchObject({ id: 'a', decision: 'BLOCK', riskLevel: 'HIGH', timing });
    expect([table.freeCount, performance()]).toEqual([16, { succeeded: 2, failed: 0, batches: 1 }]);
  });

  it.each([
    [[Number.NaN, 0.5]],
    [[Number.POSITIVE_INFINITY, 0.5]],
    [[1.5, 0.5]],
    [[-0.1, 0.5]],
    [[0.5, Number.NaN]],
    [[0.5, 1.5]],
    [[0.5, -0.1]],
  ])('fails only the request with the outputs %j, because they must never become a decision', (outputs) => {
    const { callers, stats, send, land, performance } = rig();
    land(send([[0.5, 0.5], outputs, [0.5, 0.5]]));
    expect(callers.told[1]).toMatchObject([
      { code: 'ERR_INFERENCE', message: expect.stringMatching(/expected a number in \[0, 1\]/) },
    ]);
    for (const number of [0, 2]) expect(answerOf(callers, number)).toMatchObject({ fraudProbability: 0.5 });
    expect(performance()).toMatchObject({ succeeded: 2, failed: 1 });
    expect(stats.decisions.total).toBe(2);
  });

  it('gives each request its own attention weights, and fails one whose weights are no numbers', () => {
    const { callers, send, land } = rig({ attentionWidth: 2 });
    const lane = send([
      [0.5, 0.5],
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    lane.attention.set([0.25, 0.75, Number.NaN, 1, 0.5, 0.125]);
    land(lane);
    expect([answerOf(callers, 0).attention, answerOf(callers, 2).attention]).toEqual([
      [0.25, 0.75],
      [0.5, 0.125],
    ]);
    expect(callers.told[1]).toMatchObject([{ code: 'ERR_INFERENCE' }]);
  });

  it('decides by the thresholds that are set when the batch lands', () => {
    const { callers, policy, send, land } = rig();
    const lane = send([[0.5, 0.25]]);
    policy.blockProbability = 0.25;
    land(lane);
    expect(answerOf(callers, 0).decision).toBe('BLOCK');
  });

  it("gives the host the scores, the policy's decision and the request, and uses its decision if there is one", () => {
    const asked: unknown[] = [];
    const decide: Decide = (scores, request) => {
      asked.push([scores, request]);
      return request.amount === 5_000 ? 'REVIEW' : undefined;
    };
    const { callers, table, stats, send, land } = rig({ decide });
    const lane = send([
      [0.25, 0.5],
      [0.96875, 0.5],
      [0.25, 0.5],
    ]);
    const requests = [5_000, 10, null].map((amount) => (amount === null ? null : { features: {}, amount }));
    for (const [place, request] of requests.entries()) table.request[lane.rows[place] ?? -1] = request;
    land(lane);
    expect([0, 1, 2].map((number) => answerOf(callers, number))).toMatchObject([
      { decision: 'REVIEW', decidedBy: 'host', fraudProbability: 0.25, riskLevel: 'MEDIUM' },
      { decision: 'BLOCK', decidedBy: 'policy' },
      { decision: 'APPROVE', decidedBy: 'policy' },
    ]);
    expect(asked).toEqual([
      [{ fraudProbability: 0.25, riskScore: 0.5, riskLevel: 'MEDIUM', decision: 'APPROVE', model }, requests[0]],
      [{ fraudProbability: 0.96875, riskScore: 0.5, riskLevel: 'MEDIUM', decision: 'BLOCK', model }, requests[1]],
    ]);
    // What is counted is what the callers were told.
    expect(stats.decisions.total).toBe(3);
  });

  it.each<[string, Decide, RegExp]>([
    [
      'throws',
      () => {
        throw new Error('of the amount 5000');
      },
      /^the function decide threw: Error$/,
    ],
    ['returns a promise', () => untyped(Promise.reject(new Error('late'))), /a promise; it must be synchronous/],
    [
      'returns a string',
      () => untyped('DENY'),
      /a string that is no decision, expected APPROVE, REVIEW, BLOCK or undefined/,
    ],
    ['returns null', () => untyped(null), /^the function decide returned null, expected/],
  ])("uses the policy's decision if the host function %s, and reports it", (_, decide, reason) => {
    const { callers, table, failures, send, land } = rig({ decide });
    const lane = send([[0.96875, 0.5]]);
    table.request[lane.rows[0] ?? -1] = { features: {} };
    land(lane);
    expect(answerOf(callers, 0)).toMatchObject({ decision: 'BLOCK', decidedBy: 'policy' });
    expect(failures).toEqual([expect.stringMatching(reason)]);
  });

  it('does not answer a request that the host function has ended', () => {
    const decide: Decide = () => {
      table.release(row);
      return 'APPROVE';
    };
    const { callers, table, send, land } = rig({ decide });
    const lane = send([[0.5, 0.5]]);
    const row = lane.rows[0] ?? -1;
    table.request[row] = { features: {} };
    land(lane);
    expect([callers.told, table.freeCount]).toEqual([[[]], 16]);
  });

  it('answers each open request of its batches, even if others are settled meanwhile', () => {
    const fate = fc.constantFrom('waits', 'settled', 'settled and taken again');
    fc.assert(
      fc.property(fc.array(fc.array(fate, { maxLength: maxBatchSize }), { minLength: 2, maxLength: 2 }), (batches) => {
        const { callers, table, send, land } = rig();
        const fates = batches.flat();
        const lanes = batches.map((batch) => send(batch.map(() => [0.5, 0.5])));
        const rows = lanes.flatMap(({ rows, count }) => [...rows.subarray(0, count)]);
        for (const [number, row] of rows.entries()) {
          if (fates[number] === 'waits') continue;
          table.release(row);
          if (fates[number] === 'settled') continue;
          expect(callers.claim()).toBe(row);
          // Even one that is in another batch is not in this one.
          table.state[row] = rowStates.running;
        }
        land(...lanes);
        for (const [number, told] of callers.told.entries())
          expect(told).toHaveLength(fates[number] === 'waits' ? 1 : 0);
      }),
    );
  });

  it('does not answer a request that an earlier caller of the batch had aborted', () => {
    const { callers, table, send, land } = rig();
    const lane = send([
      [0.5, 0.5],
      [0.5, 0.5],
    ]);
    const [first = -1, second = -1] = lane.rows;
    table.settlements[first] = { resolve: () => table.release(second), reject: () => {} };
    land(lane);
    expect(callers.told).toEqual([[], []]);
    expect(table.freeCount).toBe(16);
  });

  it('holds an answer until its reasons are there, and counts it then', async () => {
    const { clock, callers, table, explaining, send, land, performance } = rig({ explain: 'block' });
    const lane = send([
      [0.96875, 0.5],
      [0.03125, 0.25],
    ]);
    land(lane);
    const row = lane.rows[0] ?? -1;
    expect([callers.told[0], table.state[row]]).toEqual([[], rowStates.held]);
    expect(answerOf(callers, 1).decision).toBe('APPROVE');
    expect(performance().succeeded).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(20);
    explaining[0]?.({ contributions: [{ column: 0, contribution: -1 }] });
    await new Promise((resolve) => setImmediate(resolve));
    const reasons = [{ input: 'x', feature: 'x', contribution: -1, direction: 'lowers' }];
    expect(answerOf(callers, 0)).toMatchObject({ decision: 'BLOCK', reasons, timing: { totalMs: 20 } });
    expect([table.freeCount, performance().succeeded]).toEqual([16, 2]);
  });
});
