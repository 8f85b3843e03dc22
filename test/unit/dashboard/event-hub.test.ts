import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { AlertRecord } from '../../../src/api/alerts.js';
import type { StreamResponse } from '../../../src/dashboard/event-client.js';
import { EventHub } from '../../../src/dashboard/event-hub.js';
import { DashboardSource } from '../../../src/dashboard/source.js';
import { FakeClock } from '../../support/fake-clock.js';
import { StandInScorer } from '../../support/stand-in-scorer.js';

/** A client's end: it takes what it is sent, or nothing. */
class Response extends EventEmitter {
  readonly written: Uint8Array[] = [];
  reads = true;
  destroyed = false;
  writableEnded = false;

  get writableLength(): number {
    return this.reads ? 0 : this.written.reduce((sum, { length }) => sum + length, 0);
  }

  get writableNeedDrain(): boolean {
    return this.writableLength > 16_384;
  }

  write(chunk: Uint8Array): boolean {
    this.written.push(chunk);
    return !this.writableNeedDrain;
  }

  end(): this {
    this.writableEnded = true;
    this.emit('close');
    return this;
  }

  destroy(): this {
    this.destroyed = true;
    this.emit('close');
    return this;
  }

  get text(): string {
    return this.written.map((chunk) => new TextDecoder().decode(chunk)).join('');
  }

  get snapshots(): number {
    return this.text.split('event: snapshot').length - 1;
  }
}

function rig(maxClients = 50) {
  const clock = new FakeClock();
  const scorer = new StandInScorer();
  const source = new DashboardSource(scorer, clock, null);
  const hub = new EventHub({ clock, read: () => source.read(), maxClients });
  const join = (lastEventId?: string): Response => {
    const response = new Response();
    hub.add(response as unknown as StreamResponse, lastEventId);
    return response;
  };
  return { clock, scorer, hub, join };
}

const pointsIn = (text: string): number[] =>
  [...text.matchAll(/event: history\ndata: (.*)\n/g)].map(([, json]) => JSON.parse(json ?? '').points.length);

describe('EventHub', () => {
  it('reads the scorer once a second for fifty clients, and sends them the same bytes', () => {
    const { clock, scorer, join } = rig();
    const clients = Array.from({ length: 50 }, () => join());
    expect(scorer.reads).toBe(1);
    clock.advance(10_000);
    expect(scorer.reads).toBe(11);
    for (const client of clients) {
      expect(client.snapshots).toBe(11);
      expect(client.written.at(-1)).toBe(clients[0]?.written.at(-1));
    }
  });

  it('has no timer and reads nothing without a client', () => {
    const { clock, scorer, join } = rig();
    expect(clock.timers).toBe(0);
    const [one, other] = [join(), join()];
    expect(clock.timers).toBe(1);
    one.destroy();
    other.destroy();
    expect(clock.timers).toBe(0);
    const before = scorer.reads;
    clock.advance(60_000);
    expect(scorer.reads).toBe(before);
  });

  it('keeps no process alive', () => {
    const { clock, join } = rig();
    join();
    expect(clock.holding).toBe(0);
  });

  it('sends nothing more to a client that does not read, and cuts it off after half a minute', () => {
    const { clock, hub, join } = rig();
    const [slow, quick] = [join(), join()];
    slow.reads = false;
    clock.advance(20_000);
    const waiting = slow.writableLength;
    expect(waiting).toBeLessThan(64 * 1024);
    clock.advance(5_000);
    expect(slow.writableLength).toBe(waiting);
    expect(slow.destroyed).toBe(false);
    clock.advance(40_000);
    expect(slow.destroyed).toBe(true);
    expect(hub.clients).toBe(1);
    expect(quick.snapshots).toBe(66);
  });

  it('sends a client that reads again the seconds that it has missed', () => {
    const { clock, join } = rig();
    const client = join();
    clock.advance(1_000);
    client.reads = false;
    clock.advance(20_000);
    const sent = client.snapshots;
    client.reads = true;
    client.written.length = 0;
    clock.advance(1_000);
    expect(sent).toBeLessThan(22);
    expect(pointsIn(client.text)).toEqual([23 - sent]);
    expect(client.snapshots).toBe(1);
  });

  it('sends a history of at most 900 seconds after a whole night, none older than 15 minutes', () => {
    const { clock, join } = rig();
    const first = join();
    clock.advance(6 * 3_600_000);
    first.written.length = 0;
    const second = join();
    expect(pointsIn(second.text)).toEqual([900]);
    expect(second.written.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(120_000);
    first.destroy();
    second.destroy();
    clock.advance(20 * 60_000);
    expect(pointsIn(join().text)).toEqual([1]);
  });

  it('sends a client that connects again only what it has not seen', () => {
    const { clock, join } = rig();
    const keeper = join();
    clock.advance(30_000);
    const [, id] = [...keeper.text.matchAll(/id: (\S+)/g)].at(-6) ?? [];
    expect(pointsIn(join(id).text)).toEqual([5]);
    expect(pointsIn(join('other.3').text)).toEqual([31]);
    expect(pointsIn(join('__proto__').text)).toEqual([31]);
  });

  it('ends every stream within a second of the scorer, after a last snapshot', () => {
    const { clock, scorer, hub, join } = rig();
    const clients = [join(), join()];
    scorer.closed = true;
    clock.advance(1_000);
    for (const client of clients) {
      expect(client.writableEnded).toBe(true);
      expect(client.text).toContain('"closed":true');
    }
    expect([hub.clients, clock.timers]).toEqual([0, 0]);
  });

  it('keeps connections open, with a comment, while the scorer can not be read', () => {
    const { clock, scorer, join } = rig();
    const client = join();
    scorer.fails = true;
    clock.advance(20_000);
    expect(client.text).toContain(': still here');
    scorer.fails = false;
    clock.advance(1_000);
    expect(client.snapshots).toBe(2);
  });
});

describe('DashboardSource', () => {
  it('tells rates of the last second, and none after a pause', () => {
    const clock = new FakeClock();
    const scorer = new StandInScorer();
    const source = new DashboardSource(scorer, clock, null);
    expect(source.read().point.answered).toBeNull();
    scorer.summaryNow.business.total = 500;
    clock.advance(500);
    expect(source.read().point.answered).toBe(1_000);
    clock.advance(60_000);
    expect(source.read().point.answered).toBeNull();
  });

  it('shows money once a label has an amount, the drift of the primary, and the share of garbage', () => {
    const clock = new FakeClock();
    const scorer = new StandInScorer();
    const source = new DashboardSource(scorer, clock, null);
    const first = source.read();
    expect([first.money, first.drift, first.hostLoad.gcShare]).toEqual([undefined, undefined, null]);
    const { summaryNow } = scorer;
    const { business, host, workers, requests, performance } = summaryNow;
    Object.assign(business, { labelled: 2, money: { ...business.money, fraudCaught: 12.5, withoutAmount: 1 } });
    host.gc = { ...host.gc, minor: { count: 3, totalMs: 100 } };
    const drift = { rows: 900, score: 0.1, features: [{ name: 'amount_log', psi: 2 }], watched: 100 };
    const shared = { name: 'visa-fraud', since: 0, workers, requests, performance, business, traffic: 1 };
    summaryNow.deployments = [{ ...shared, version: '1', role: 'primary', drift }];
    clock.advance(1_000);
    const { money, drift: shown, hostLoad } = source.read();
    expect(money).toEqual({ fraudCaught: 12.5, fraudMissed: 0, goodStopped: 0, unit: null });
    expect(shown).toEqual({ score: 0.1, features: drift.features, threshold: 0.25, samples: 900 });
    expect(hostLoad).toEqual({ loopDelayMs: { p50: 0.1, p99: 2, max: 5 }, loopUtilization: 0.2, gcShare: 0.1 });
  });

  it('shows fifty alerts at most, those that stand first, and keeps thirty events', () => {
    const clock = new FakeClock();
    const scorer = new StandInScorer();
    const source = new DashboardSource(scorer, clock, null);
    for (let index = 0; index < 200; index += 1) {
      scorer.emit('workerLost', { reason: 'it died', version: '1', readyWorkers: 1 });
    }
    const record = (since: number, clearedAt: number | null): AlertRecord => ({
      rule: 'memory',
      severity: 'warning',
      ...{
        version: null,
        value: 9,
        threshold: Number.POSITIVE_INFINITY,
        since,
        clearedAt,
        message: 'high',
        advice: '',
      },
    });
    const history = Array.from({ length: 100 }, (_, index) => record(100 - index, 1_000));
    scorer.alertsNow = { active: [record(1, null), record(2, null)], history: [record(2, null), ...history] };
    const { alerts, events } = source.read();
    expect([alerts.length, events.length]).toEqual([50, 30]);
    expect(alerts.slice(0, 3).map(({ raisedAt, clearedAt }) => [raisedAt, clearedAt])).toEqual([
      [2, null],
      [1, null],
      [100, 1_000],
    ]);
    expect(alerts[0]).toMatchObject({ threshold: null, message: 'high' });
    source.dispose();
    expect(scorer.listeners).toBe(0);
  });
});
