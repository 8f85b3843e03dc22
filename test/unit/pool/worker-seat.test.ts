import { describe, expect, it } from 'vitest';
import type { FailedReport, ReadyReport, WorkerReport } from '../../../src/pool/protocol.js';
import { type SeatThread, WorkerSeat } from '../../../src/pool/worker-seat.js';
import { FakeClock } from '../../support/fake-clock.js';

const ready: ReadyReport = {
  kind: 'ready',
  threadId: 1,
  provider: 'cpu',
  trials: [],
  graph: { inputs: [], outputs: [] },
  attentionWidth: 0,
};
const failed: FailedReport = {
  kind: 'failed',
  threadId: 1,
  code: 'ERR_MODEL_INVALID',
  message: 'no',
  isModelSuspect: false,
  graph: null,
};

/** A thread that does what the test says. */
class FakeThread implements SeatThread {
  readonly exited: Promise<string>;
  readonly answered = 0;
  readonly endedOverTask = false;
  isAlive = true;
  inHand = 0;
  calls: string[] = [];
  #exit: (reason: string) => void = () => {};

  constructor(readonly report: (report: WorkerReport) => void) {
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  run<R>(): Promise<R> {
    this.inHand += 1;
    return new Promise(() => {});
  }

  giveUp(): void {
    this.calls.push('give up');
  }

  async release(): Promise<boolean> {
    this.calls.push('release');
    return true;
  }

  async die(reason: string): Promise<void> {
    this.isAlive = false;
    this.#exit(reason);
    await Promise.resolve();
  }
}

function rig() {
  const clock = new FakeClock();
  const threads: FakeThread[] = [];
  const events: string[] = [];
  const state = { hasRoom: true, isOutOfThreads: false };
  const seat = new WorkerSeat({
    clock,
    workerHangMs: 1_000,
    lookEveryMs: 100,
    spawn: (report) => {
      if (!state.hasRoom) return null;
      if (state.isOutOfThreads) throw new Error('EAGAIN');
      const thread = new FakeThread(report);
      threads.push(thread);
      return thread;
    },
    problemWith: (report) => (report.kind === 'failed' ? new Error(report.message) : null),
    onReady: () => events.push('ready'),
    onUnusable: ({ message }) => events.push(`unusable: ${message}`),
    onLost: (reason) => events.push(`lost: ${reason}, ready ${seat.isReady}`),
  });
  const last = (): FakeThread => {
    const thread = threads.at(-1);
    if (thread === undefined) throw new Error('no thread was started');
    return thread;
  };
  const lookFor = (ms: number): void => {
    for (let looked = 0; looked < ms; looked += 100) {
      clock.advance(100);
      seat.lookForHang();
    }
  };
  return { clock, threads, events, state, seat, last, lookFor };
}

const task = { kind: 'batch', lane: 0, rows: 1 } as const;

describe('WorkerSeat', () => {
  it('is ready once its thread says so, and refuses tasks before', async () => {
    const { seat, last } = rig();
    seat.start();
    expect(seat.isReady).toBe(false);
    await expect(seat.run(task)).rejects.toMatchObject({ name: 'LostTask', kind: 'unsent' });
    last().report(ready);
    expect(seat.isReady).toBe(true);
    void seat.run(task);
    expect(seat.inHand).toBe(1);
  });

  it('starts another at once where its thread dies, and tells of it when it is not ready any more', async () => {
    const { seat, last, threads, events } = rig();
    seat.start();
    last().report(ready);
    await last().die('it exited with code 7');
    expect(events).toEqual(['ready', 'lost: it exited with code 7, ready false']);
    expect(threads).toHaveLength(2);
    expect(seat.isTroubled).toBe(false);
  });

  it('outlives a machine that has no thread to give, and tries again', async () => {
    const { seat, last, threads, events, state, clock } = rig();
    seat.start();
    last().report(ready);
    state.isOutOfThreads = true;
    await last().die('it exited with code 7');
    expect(events.slice(1)).toEqual(['lost: it exited with code 7, ready false', 'unusable: EAGAIN']);
    expect([seat.isTroubled, seat.problem]).toEqual([true, 'EAGAIN']);
    clock.advance(1_000);
    state.isOutOfThreads = false;
    clock.advance(10_000);
    expect(threads).toHaveLength(2);
    last().report(ready);
    expect(seat.isReady).toBe(true);
  });

  it('does not start once it has been ended', () => {
    const { seat, threads } = rig();
    seat.end();
    seat.start();
    expect(threads).toHaveLength(0);
  });

  it('waits longer each time its thread can not get ready, however it fails, and for ever goes on', async () => {
    const { seat, last, threads, events, clock } = rig();
    seat.start();
    last().report(failed);
    expect([threads.length, threads[0]?.calls]).toEqual([2, ['release']]);
    await last().die('stillborn');
    expect(events).toEqual(['unusable: no', 'unusable: A worker died while it started: stillborn']);
    expect(seat.isTroubled).toBe(true);
    clock.advance(99);
    expect(threads).toHaveLength(2);
    clock.advance(1);
    expect(threads).toHaveLength(3);
    for (let failures = 3; failures < 20; failures += 1) {
      last().report(failed);
      clock.advance(10_000);
      expect(threads).toHaveLength(failures + 1);
    }
    last().report(ready);
    expect([seat.isReady, seat.isTroubled]).toEqual([true, false]);
  });

  it('replaces a thread that hangs, and hears nothing of it any more', async () => {
    const { seat, last, threads, events, lookFor } = rig();
    seat.start();
    const hanging = last();
    hanging.report(ready);
    void seat.run(task);
    lookFor(1_200);
    expect(hanging.calls).toEqual(['give up']);
    expect(events.at(-1)).toBe('lost: it hung: nothing came back for 1000 ms, ready false');
    expect([threads.length, seat.isTroubled]).toEqual([2, true]);
    last().report(ready);
    hanging.report(failed);
    await hanging.die('ended');
    expect([threads.length, seat.isReady, events.length]).toEqual([2, true, 3]);
  });

  it('waits for room where too many hang', () => {
    const { seat, last, threads, state, lookFor } = rig();
    seat.start();
    last().report(ready);
    void seat.run(task);
    state.hasRoom = false;
    lookFor(1_200);
    expect([threads.length, seat.isTroubled]).toEqual([1, true]);
    seat.retry();
    expect(threads).toHaveLength(1);
    state.hasRoom = true;
    seat.retry();
    expect(threads).toHaveLength(2);
  });

  it('starts nothing after its end, and leaves no timer', async () => {
    const { seat, last, threads, clock } = rig();
    seat.start();
    last().report(failed);
    last().report(failed);
    expect(clock.timers).toBe(1);
    seat.end();
    expect(clock.timers).toBe(0);
    clock.advance(60_000);
    await last().die('ended');
    expect(threads).toHaveLength(2);
  });

  it('takes no task for a thread that is dying, though it has not exited', async () => {
    const { seat, last } = rig();
    seat.start();
    last().report(ready);
    last().isAlive = false;
    expect(seat.isReady).toBe(false);
  });
});
