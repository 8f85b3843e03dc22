import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import type { DecisionLogRecord } from '../../../../src/api/records.js';
import { HostSinkFeed } from '../../../../src/records/host-sink-feed.js';
import { ringCounts } from '../../../../src/records/ring/ring-memory.js';
import type { FakeClock } from '../../../support/fake-clock.js';

const time = vi.hoisted(() => ({ clock: null as unknown as FakeClock }));
vi.mock('../../../../src/host/clock.js', async (original) => {
  const { FakeClock } = await import('../../../support/fake-clock.js');
  time.clock = new FakeClock();
  return { ...(await original<object>()), systemClock: time.clock };
});

const end: DecisionLogRecord = {
  ...{ schema: 1, run: 'ab', sequence: 3, at: '2026-01-01T00:00:00.000Z' },
  ...{ kind: 'end', written: 3, dropped: 0 },
};
const outcome: DecisionLogRecord = { ...end, kind: 'outcome', isFraud: true, matched: true };

/** Lets promises settle, and streams tell what they have to tell. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

function feedOf(sink: { take: (records: readonly DecisionLogRecord[]) => void } | { stream: NodeJS.WritableStream }) {
  const states: (string | null)[] = [];
  const counts = new BigInt64Array(new SharedArrayBuffer(64));
  const feed = new HostSinkFeed({ kind: 'host', flushMs: 20, ...sink }, counts, (state) => states.push(state));
  return { feed, states, handed: () => Number(counts[ringCounts.handed]) };
}

describe('HostSinkFeed', () => {
  it('gives a function that throws the same records again, until the recording has ended', async () => {
    let calls = 0;
    const take = (): void => {
      calls += 1;
      throw new Error('not now');
    };
    const { feed, states, handed } = feedOf({ take });
    feed.take([outcome]);
    await settled();
    time.clock.advance(1_000);
    await settled();
    expect(calls).toBe(2);
    feed.end();
    time.clock.advance(10_000);
    await settled();
    expect(calls).toBe(2);
    expect(states).toEqual(['not now', 'not now']);
    expect(handed()).toBe(0);
    expect(time.clock.timers).toBe(0);
  });

  it('counts records as taken once the stream has handled them, not once it holds them', async () => {
    let handle = (_error?: Error): void => {};
    const stream = new Writable({
      write: (_chunk, _encoding, done) => {
        handle = done;
      },
    });
    const { feed, handed } = feedOf({ stream });
    feed.take([outcome]);
    await settled();
    expect(handed()).toBe(0);
    expect(feed.taken).toBe(0);
    handle();
    await settled();
    expect(handed()).toBe(1);
    expect(feed.taken).toBe(1);
  });

  it('does not count records of which the stream says that it failed, and says why', async () => {
    const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
    const { feed, states, handed } = feedOf({ stream });
    feed.take([outcome]);
    await settled();
    time.clock.advance(1_000);
    await settled();
    expect(handed()).toBe(0);
    expect(states[0]).toBe('EPIPE');
    expect(states.at(-1)).toBe('the stream has ended');
    feed.end();
  });

  it('hears an error of the stream between two writes, which would end the process, and recovers', async () => {
    const stream = new Writable({ autoDestroy: false, write: (_chunk, _encoding, done) => done() });
    const { feed, states, handed } = feedOf({ stream });
    stream.emit('error', new Error('reset'));
    expect(states).toEqual(['reset']);
    feed.take([outcome]);
    await settled();
    expect(states).toEqual(['reset', null]);
    expect(handed()).toBe(1);
    feed.end();
    expect(stream.listenerCount('error')).toBe(0);
    expect(stream.listenerCount('close')).toBe(0);
  });

  it('obeys a stream that takes nothing', async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const { feed, handed } = feedOf({ stream });
    for (let index = 0; index < 4; index += 1) feed.take([outcome]);
    await settled();
    expect(handed()).toBeLessThan(4);
    stream.resume();
    await settled();
    expect(handed()).toBe(4);
    feed.end();
  });
});
