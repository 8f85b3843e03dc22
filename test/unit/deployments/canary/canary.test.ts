import { describe, expect, it } from 'vitest';
import type { CanaryAnswer, CanaryReport } from '../../../../src/api/canary.js';
import { CanaryRig } from '../../../support/canary-rig.js';

const stay = { kind: 'stay' };
const plan = { steps: [0.1, 0.5, 1], stepMs: 10_000, minRequests: 100 };
const well = { requests: 100 };

/** An answer of the gate that comes when it is told to. */
function promised(): { promise: Promise<CanaryAnswer>; resolve: (answer: CanaryAnswer) => void } {
  let resolve: (answer: CanaryAnswer) => void = () => {};
  const promise = new Promise<CanaryAnswer>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

describe('a canary', () => {
  it('stays in a step until its time is over, then takes the next, and is promoted by a last step of 1', () => {
    const rig = new CanaryRig(plan);
    expect(rig.serveFor(9, well)).toEqual(Array(9).fill(stay));
    expect(rig.canary.summary).toEqual({ state: 'running', step: 0, share: 0.1, reason: null });
    expect(rig.serve(well)).toEqual({ kind: 'step', step: 1, share: 0.5 });
    expect(rig.canary.summary).toEqual({ state: 'running', step: 1, share: 0.5, reason: null });
    expect(rig.serveFor(9, well)).toEqual(Array(9).fill(stay));
    expect(rig.serve(well)).toEqual({ kind: 'promote' });
    expect(rig.canary.summary).toEqual({ state: 'promoted', step: 2, share: 1, reason: null });
    expect([rig.serve(well), rig.canary.isOver]).toEqual([stay, true]);
  });

  it('stays at a last step below 1, with its guards on', () => {
    const rig = new CanaryRig({ ...plan, steps: [0.1] });
    expect(rig.serveFor(50, well)).toEqual(Array(50).fill(stay));
    expect(rig.canary.summary).toEqual({ state: 'running', step: 0, share: 0.1, reason: null });
    const verdicts = rig.serveFor(10, { requests: 100, failed: 10 });
    expect(verdicts.at(-1)).toEqual(stay);
    expect(verdicts).toContainEqual(expect.objectContaining({ kind: 'abort', guard: 'maxErrorRate' }));
    expect(rig.canary.summary).toMatchObject({ state: 'aborted', share: 0 });
  });

  it('waits while either version has too few requests, says so, and goes on once there are enough', () => {
    for (const [canary, primary] of [
      [{ requests: 5 }, { requests: 1_000 }],
      [{ requests: 1_000 }, { requests: 5 }],
      [{ requests: 0 }, { requests: 0 }],
    ] as const) {
      const rig = new CanaryRig(plan);
      rig.serveFor(9, canary, primary);
      const reason =
        'too few requests: a step needs 3 windows of at least a second, each with 100 answers of the canary and 100 of the primary';
      expect(rig.serve(canary, primary)).toEqual({ kind: 'waiting', reason });
      expect(rig.canary.summary).toEqual({ state: 'waiting', step: 0, share: 0.1, reason });
      const verdicts = rig.serveFor(3, { requests: 200 }, { requests: 200 });
      expect(verdicts.slice(0, 2)).toEqual(Array(2).fill({ kind: 'waiting', reason }));
      expect(verdicts[2]).toEqual({ kind: 'step', step: 1, share: 0.5 });
    }
  });

  it('waits while another challenger has the traffic that its next step needs, and says so', () => {
    const rig = new CanaryRig(plan);
    rig.othersShare = 0.6;
    const reason = 'its next step needs 50 % of the traffic, and another challenger has 60 %';
    expect(rig.serveFor(10, well).at(-1)).toEqual({ kind: 'waiting', reason });
    expect(rig.canary.summary).toEqual({ state: 'waiting', step: 0, share: 0.1, reason });
    rig.othersShare = 0.5;
    expect(rig.serve(well)).toEqual({ kind: 'step', step: 1, share: 0.5 });
    // The last step takes the place of the primary, whatever the others have.
    expect(rig.serveFor(10, well).at(-1)).toEqual({ kind: 'promote' });
  });

  it('says that its gate fails, where it waits for that reason', () => {
    const answers: unknown[] = ['yes', 'wait', 'advance'];
    const gate = (): CanaryAnswer => answers.shift() as CanaryAnswer;
    const rig = new CanaryRig({ ...plan, stepMs: 3_000, gate });
    expect(rig.serveFor(3, well).at(-1)).toEqual({
      kind: 'waiting',
      reason: "the gate answered neither 'advance' nor 'wait' nor 'abort', which counts as 'wait'",
    });
    expect(rig.serve(well)).toEqual({ kind: 'waiting', reason: 'the gate has not let it advance yet' });
    expect(rig.serve(well)).toMatchObject({ kind: 'step' });
  });

  it('needs three windows of one second in each step, however short the step is and however often it is checked', () => {
    const rig = new CanaryRig({ ...plan, stepMs: 1 });
    const verdicts = rig.serveFor(12, well, { requests: 1_000 }, 250);
    expect(verdicts.at(-1)).toEqual({ kind: 'step', step: 1, share: 0.5 });
    expect(new Set(verdicts.slice(0, -1).map(({ kind }) => kind))).toEqual(new Set(['waiting']));
    expect(rig.serveFor(12, well, { requests: 1_000 }, 250).at(-1)).toEqual({ kind: 'promote' });
  });

  it('ignores what happened before it began', () => {
    const rig = new CanaryRig(plan);
    rig.canary.restart();
    rig.version.serve({ requests: 10_000, failed: 9_000 });
    expect(rig.look()).toEqual(stay);
    expect(rig.serveFor(10, well).at(-1)).toEqual({ kind: 'step', step: 1, share: 0.5 });
  });

  it('begins its step anew, at the same share, when it is restarted', () => {
    const rig = new CanaryRig(plan);
    rig.serveFor(10, well);
    rig.serveFor(9, { requests: 100, blocked: 4 });
    rig.canary.restart();
    expect(rig.canary.summary).toEqual({ state: 'running', step: 1, share: 0.5, reason: null });
    rig.look();
    expect(rig.serveFor(9, well)).toEqual(Array(9).fill(stay));
    expect(rig.serve(well)).toEqual({ kind: 'promote' });
  });

  it('restarts by itself where another version is the primary', () => {
    const rig = new CanaryRig(plan);
    // Far slower than the first primary, but not than the second.
    rig.serveFor(2, { requests: 100, latency: 50 });
    rig.primary.version = '3';
    expect(rig.serve({ requests: 100, latency: 50 }, { requests: 1_000, latency: 50 })).toEqual(stay);
    const verdicts = rig.serveFor(10, { requests: 100, latency: 50 }, { requests: 1_000, latency: 50 });
    expect(verdicts.at(-1)).toEqual({ kind: 'step', step: 1, share: 0.5 });
  });

  it('ignores everything after it was ended by other means, and keeps its first end', () => {
    const rig = new CanaryRig(plan);
    rig.canary.end('aborted', 'retired by the host');
    expect(rig.serveFor(20, { requests: 100, failed: 100 })).toEqual(Array(20).fill(stay));
    rig.canary.end('promoted');
    rig.canary.restart();
    expect(rig.canary.summary).toEqual({ state: 'aborted', step: 0, share: 0, reason: 'retired by the host' });
  });
});

describe('the gate of a canary', () => {
  it('is asked with the results of both versions, when nothing else blocks the next step', () => {
    const reports: CanaryReport[] = [];
    const gate = (report: CanaryReport) => {
      reports.push(report);
      return 'advance' as const;
    };
    const rig = new CanaryRig({ ...plan, gate });
    rig.serveFor(9, { requests: 100, blocked: 1, latency: 3 }, { requests: 1_000, failed: 5, blocked: 9, latency: 2 });
    expect(reports).toEqual([]);
    const last = rig.serve(
      { requests: 100, blocked: 1, latency: 3 },
      { requests: 1_000, failed: 5, blocked: 9, latency: 2 },
    );
    expect(last).toEqual({ kind: 'step', step: 1, share: 0.5 });
    expect(reports).toEqual([
      {
        step: 0,
        share: 0.1,
        nextShare: 0.5,
        stepAgeMs: 10_000,
        comparedMs: 10_000,
        canary: { version: '2', requests: 1_000, errorRate: 0, blockRate: 0.01, p95LatencyMs: 3 },
        primary: {
          version: '1',
          requests: 10_000,
          errorRate: 0.005,
          blockRate: expect.closeTo(9 / 995, 9),
          p95LatencyMs: expect.closeTo(2, 1),
        },
      },
    ]);
  });

  it("holds the canary back with 'wait', and is asked again a second later", () => {
    const answers = ['wait', 'wait', 'advance'] as const;
    let asked = 0;
    const rig = new CanaryRig({ ...plan, gate: () => answers[asked++] });
    const reason = 'the gate has not let it advance yet';
    expect(rig.serveFor(10, well).at(-1)).toEqual({ kind: 'waiting', reason });
    expect(rig.canary.summary).toEqual({ state: 'waiting', step: 0, share: 0.1, reason });
    expect([rig.serve(well, well, 100), asked]).toEqual([{ kind: 'waiting', reason }, 1]);
    expect([rig.serve(well, well, 900), asked]).toEqual([{ kind: 'waiting', reason }, 2]);
    expect([rig.serve(well), asked]).toEqual([{ kind: 'step', step: 1, share: 0.5 }, 3]);
  });

  it("ends the canary with 'abort'", () => {
    const rig = new CanaryRig({ ...plan, gate: () => 'abort' });
    const reason = "the gate said 'abort'";
    expect(rig.serveFor(10, well).at(-1)).toEqual({ kind: 'abort', guard: 'gate', seen: null, allowed: null, reason });
    expect(rig.canary.summary).toEqual({ state: 'aborted', step: 0, share: 0, reason });
  });

  it.each([
    [
      'throws',
      'the gate threw',
      () => {
        throw new Error('card 4111');
      },
    ],
    ['answers nonsense', "the gate answered neither 'advance' nor 'wait' nor 'abort'", () => true],
    ['answers nothing', "the gate answered neither 'advance' nor 'wait' nor 'abort'", () => undefined],
  ])('that %s counts as wait, and is reported without what it threw', (_, failure, gate) => {
    const rig = new CanaryRig({ ...plan, gate });
    expect(rig.serveFor(10, well).at(-1)).toMatchObject({ kind: 'waiting' });
    expect(rig.failures).toEqual([failure]);
  });

  it.each([
    ['rejects', "the gate's promise was rejected", () => Promise.reject(new Error('card 4111'))],
    ['promises nonsense', "the gate answered neither 'advance' nor 'wait' nor 'abort'", async () => 'yes'],
  ])('that %s counts as wait, and is reported without what it threw', async (_, failure, gate) => {
    const rig = new CanaryRig({ ...plan, gate });
    rig.serveFor(10, well);
    await new Promise(setImmediate);
    expect(rig.failures).toEqual([failure]);
    expect(rig.look()).toMatchObject({ kind: 'waiting' });
  });

  it('may answer by a promise: it is asked once, told of, and followed at the next look', async () => {
    const answered = promised();
    let asked = 0;
    const gate = () => {
      asked += 1;
      return answered.promise;
    };
    const rig = new CanaryRig({ ...plan, gate });
    expect(new Set(rig.serveFor(15, well).map(({ kind }) => kind))).toEqual(new Set(['stay', 'waiting']));
    expect([asked, rig.answers]).toEqual([1, 0]);
    answered.resolve('advance');
    await new Promise(setImmediate);
    expect([rig.answers, rig.look(), asked]).toEqual([1, { kind: 'step', step: 1, share: 0.5 }, 1]);
  });

  it("aborts on a late 'abort' even if something else blocks the next step by then", async () => {
    const answered = promised();
    const rig = new CanaryRig({ ...plan, gate: () => answered.promise });
    rig.serveFor(10, well);
    expect(rig.serve({ requests: 100, latency: 100 })).toMatchObject({ reason: expect.stringContaining('latency') });
    answered.resolve('abort');
    await new Promise(setImmediate);
    expect(rig.look()).toMatchObject({ kind: 'abort', guard: 'gate' });
  });

  it("ignores a late 'advance' if something else blocks the next step by then", async () => {
    const answered = promised();
    const rig = new CanaryRig({ ...plan, gate: () => answered.promise });
    rig.serveFor(10, well);
    rig.serve({ requests: 100, latency: 100 });
    answered.resolve('advance');
    await new Promise(setImmediate);
    expect(rig.look()).toMatchObject({ kind: 'waiting', reason: expect.stringContaining('latency') });
  });

  it('is ignored after a guard has aborted the canary', async () => {
    const answered = promised();
    const rig = new CanaryRig({ ...plan, gate: () => answered.promise });
    rig.serveFor(10, well);
    expect(rig.serveFor(3, { requests: 100, failed: 60 }).at(-1)).toMatchObject({ guard: 'maxErrorRate' });
    answered.resolve('advance');
    await new Promise(setImmediate);
    expect([rig.look(), rig.answers, rig.canary.summary.state]).toEqual([stay, 0, 'aborted']);
  });

  it('is ignored if it answers a question from before a restart', async () => {
    const answered = [promised(), promised()];
    let asked = 0;
    const rig = new CanaryRig({ ...plan, gate: () => answered[asked++]?.promise });
    rig.serveFor(10, well);
    rig.canary.restart();
    rig.look();
    answered[0]?.resolve('abort');
    await new Promise(setImmediate);
    expect(rig.serveFor(10, well).at(-1)).toMatchObject({ kind: 'waiting' });
    answered[1]?.resolve('advance');
    await new Promise(setImmediate);
    expect([rig.look(), asked]).toEqual([{ kind: 'step', step: 1, share: 0.5 }, 2]);
  });

  it('may end the canary itself, by retiring the version, and advances nothing then', () => {
    const rig: CanaryRig = new CanaryRig({
      ...plan,
      gate: () => {
        rig.canary.end('aborted', 'retired by the host');
        return 'advance';
      },
    });
    expect(rig.serveFor(10, well).at(-1)).toEqual(stay);
    expect(rig.canary.summary).toMatchObject({ state: 'aborted', step: 0, reason: 'retired by the host' });
  });
});
