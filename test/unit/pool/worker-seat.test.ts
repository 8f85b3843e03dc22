import { describe, expect, it } from 'vitest';
import { InvalidOptionsError } from '../../../src/errors.js';
import type { SeatThread, StartListener } from '../../../src/pool/seat-options.js';
import type { ThreadExit } from '../../../src/pool/single-thread.js';
import { WorkerSeat } from '../../../src/pool/worker-seat.js';
import type { FailedReport, ReadyReport, WorkerReport } from '../../../src/protocol/serving.js';
import { lineMemoryOf } from '../../../src/protocol/task-line.js';
import { FakeClock } from '../../support/fake-clock.js';
import { noFaults } from '../../support/no-faults.js';

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
  readonly exited: Promise<ThreadExit>;
  readonly file = { role: 'worker', url: 'file:///worker.js' } as const;
  readonly endedOverTask = false;
  isGreeted = false;
  isAlive = true;
  inHand = 0;
  calls: string[] = [];
  lines = 0;
  #exit: (exit: ThreadExit) => void = () => {};

  constructor(readonly listener: StartListener) {
    this.exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  /** The first task it was given, which it never answers. */
  get oldest(): object | null {
    return this.inHand > 0 ? this : null;
  }

  run<R>(): Promise<R> {
    this.inHand += 1;
    return new Promise(() => {});
  }

  openLine(): void {
    this.lines += 1;
  }

  warmUp(): Promise<void> {
    return Promise.resolve();
  }

  giveUp(): void {
    this.calls.push('give up');
  }

  async release(): Promise<boolean> {
    this.calls.push('release');
    return true;
  }

  report(report: WorkerReport): void {
    this.isGreeted = true;
    this.listener.onReport(report);
  }

  async die(reason: string, { error = null, code = 1 }: Partial<ThreadExit> = {}): Promise<void> {
    this.isAlive = false;
    this.#exit({ reason, error, code });
    await Promise.resolve();
  }
}

function rig(startTimeoutMs = 60_000) {
  const clock = new FakeClock();
  const threads: FakeThread[] = [];
  const events: string[] = [];
  const state = { hasRoom: true, isOutOfThreads: false };
  const seat = new WorkerSeat({
    clock,
    line: lineMemoryOf({ lanes: 1, maxBatchSize: 1 }, { areas: 0, rows: 0 }),
    workerHangMs: 1_000,
    startTimeoutMs,
    lookEveryMs: 100,
    spawn: (listener) => {
      if (!state.hasRoom) return null;
      if (state.isOutOfThreads) throw new Error('EAGAIN');
      const thread = new FakeThread(listener);
      threads.push(thread);
      return thread;
    },
    problemWith: (report) => (report.kind === 'failed' ? new Error(report.message) : null),
    onReady: () => events.push('ready'),
    onSlow: (problem) => events.push(`slow: ${problem}`),
    onUnusable: ({ message }) => events.push(`unusable: ${message}`),
    onLost: (reason) => events.push(`lost: ${reason}, ready ${seat.isReady}`),
    onFault: noFaults,
  });
  const last = (): FakeThread => {
    const thread = threads.at(-1);
    if (thread === undefined) throw new Error('no thread was started');
    return thread;
  };
  const lookFor = (ms: number): void => {
    for (let looked = 0; looked < ms; looked += 100) {
      clock.advance(100);
      seat.look();
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

  it('survives a machine that cannot start a thread, and tries again', async () => {
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

  it('waits longer each time its thread cannot get ready, however it fails, and never gives up', async () => {
    const { seat, last, threads, events, clock } = rig();
    seat.start();
    last().report(failed);
    expect([threads.length, threads[0]?.calls]).toEqual([2, ['release']]);
    last().isGreeted = true;
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

  it('replaces a thread that hangs, and ignores its later messages', async () => {
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

  it('waits for room if too many threads hang', () => {
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

  it('does not accept a task for a thread that is dying, though it has not exited', async () => {
    const { seat, last } = rig();
    seat.start();
    last().report(ready);
    last().isAlive = false;
    expect(seat.isReady).toBe(false);
  });

  describe('a thread that takes long to start', () => {
    it('makes the place troubled after workerHangMs, says so once, and goes on', () => {
      const { seat, last, threads, events, lookFor } = rig();
      seat.start();
      last().isGreeted = true;
      lookFor(900);
      expect([seat.isTroubled, events]).toEqual([false, []]);
      lookFor(30_000);
      expect(events).toEqual(['slow: a worker has been starting for 1000 ms']);
      expect([seat.isTroubled, seat.problem]).toEqual([true, 'a worker has been starting for 1000 ms']);
      last().report(ready);
      expect([seat.isReady, seat.isTroubled, threads.length]).toEqual([true, false, 1]);
    });

    it('is given up after startTimeoutMs, and others are started with longer and longer waits', () => {
      const { seat, last, threads, events, clock, lookFor } = rig(5_000);
      seat.start();
      const first = last();
      first.isGreeted = true;
      lookFor(4_900);
      expect(first.calls).toEqual([]);
      lookFor(100);
      expect(first.calls).toEqual(['give up']);
      expect(events.at(-1)).toBe(
        'unusable: A worker was not ready within startTimeoutMs of 5000: it was loading the runtime or the model',
      );
      expect([threads.length, seat.isTroubled]).toEqual([2, true]);
      first.report(ready);
      expect(seat.isReady).toBe(false);
      lookFor(5_000);
      expect(threads).toHaveLength(2);
      clock.advance(100);
      expect(threads).toHaveLength(3);
      last().report(ready);
      expect(seat.isReady).toBe(true);
    });

    it('is given up earlier if its file never says hello, and the file is named', () => {
      const { seat, last, threads, events, lookFor } = rig();
      seat.start();
      const first = last();
      lookFor(20_000);
      expect([first.calls, threads.length]).toEqual([['give up'], 2]);
      expect(events.at(-1)).toMatch(
        /^unusable: Invalid options: workerFile: .*said nothing .*: file:\/\/\/worker\.js$/,
      );
    });

    it('is not counted as slow while the process was stopped', () => {
      const { seat, last, events, clock } = rig(5_000);
      seat.start();
      last().isGreeted = true;
      clock.stall(600_000);
      seat.look();
      expect([events, last().calls]).toEqual([[], []]);
    });

    it('leaves the place empty where too many hang, until one of them has ended', () => {
      const { seat, last, threads, state, lookFor } = rig(500);
      seat.start();
      state.hasRoom = false;
      lookFor(500);
      expect([threads.length, seat.isTroubled]).toEqual([1, true]);
      state.hasRoom = true;
      seat.retry();
      expect(threads).toHaveLength(2);
      last().report(ready);
      expect(seat.isReady).toBe(true);
    });
  });

  it('gives up a thread whose file is another, and tries again', () => {
    const { seat, last, threads, events } = rig();
    seat.start();
    const first = last();
    first.listener.onStranger(new InvalidOptionsError([{ path: 'workerFile', expected: 'ours', received: 'yours' }]));
    expect(first.calls).toEqual(['give up']);
    expect(events).toEqual(['unusable: Invalid options: workerFile: expected ours, received yours']);
    expect(threads).toHaveLength(2);
  });

  it.each([
    [
      'a file that can not be loaded',
      false,
      { error: new Error('no such module') },
      /^unusable: The worker's file could/,
    ],
    ['a file that ends at once', false, { code: 0 }, /^unusable: Invalid options: workerFile: .*ends without a word/],
    ['a death while the model is loaded', true, {}, /^unusable: A worker died while it started: it ended$/],
    [
      'a heap that is too small',
      true,
      { error: Object.assign(new Error('limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }) },
      /^unusable: A worker ended while it started: out of memory of the worker's JavaScript heap: raise resourceLimits/,
    ],
  ])('tells %s from others', async (_, isGreeted, exit, event) => {
    const { seat, last, events } = rig();
    seat.start();
    last().isGreeted = isGreeted;
    await last().die('it ended', exit);
    expect(events).toEqual([expect.stringMatching(event)]);
  });
});
