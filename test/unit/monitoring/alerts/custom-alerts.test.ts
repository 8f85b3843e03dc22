import { describe, expect, it } from 'vitest';
import type { AlertOptions, AlertSnapshot, CustomAlert } from '../../../../src/api/alerts.js';
import { boardOf, calmTraffic, calmVersion, resolvedAlerts, snapshotOf } from '../../../support/alerts.js';
import { untyped } from '../../../support/untyped.js';

const ofQueue: CustomAlert = { name: 'backlog', look: ({ queue }) => queue.depth, threshold: 100 };
const withDepth = (depth: number): AlertSnapshot => snapshotOf({ queue: { depth, maxDepth: 1_000_000 } });

/** What `look` gives is judged. */
function rig(custom: Partial<CustomAlert>, failures: [string, string][] = []) {
  return boardOf({ custom: [{ ...ofQueue, ...custom }] }, (rule, reason) => failures.push([rule, reason]));
}

describe("a rule of the host's", () => {
  it('is raised beyond its threshold and cleared a tenth inside it', () => {
    const { board, look } = rig({ advice: 'Call the team', severity: 'critical' });
    expect([100, 101, 95, 101, 90].map((depth) => look(withDepth(depth)))).toEqual([
      [],
      ['+backlog'],
      [],
      [],
      ['-backlog'],
    ]);
    expect(board.summary.history).toMatchObject([
      {
        ...{ rule: 'backlog', severity: 'critical', version: null, value: 101, threshold: 100 },
        message: 'backlog is 101, allowed 100. Call the team',
        advice: 'Call the team',
      },
    ]);
  });

  it('is a warning without advice, however far the value is off, if it sets nothing else', () => {
    const { board, look } = rig({ description: 'The backlog of requests is' });
    look(withDepth(10_000));
    expect(board.active).toMatchObject([
      { severity: 'warning', message: 'The backlog of requests is 10000, allowed 100', advice: '' },
    ]);
    expect(board.findings).toEqual(['The backlog of requests is 10000, allowed 100']);
  });

  it('may be cleared at another value, and after several checks', () => {
    const { look } = rig({ clearBelow: 10, raiseAfter: 2, clearAfter: 2 });
    const changes = [101, 101, 50, 10, 11, 10, 9].map((depth) => look(withDepth(depth)).join());
    expect(changes).toEqual(['', '+backlog', '', '', '', '', '-backlog']);
  });

  it('may treat low values as bad', () => {
    const { look } = rig({ bad: 'below', clearAbove: 120 });
    expect([100, 99, 119, 120].map((depth) => look(withDepth(depth)).join())).toEqual(['', '+backlog', '', '-backlog']);
  });

  it('is not called if there is less traffic than its minimum', () => {
    let asked = 0;
    const { look } = rig({ minimumVolume: 11, look: () => (asked += 1000) });
    look(snapshotOf({ recent: { requests: 10 } }));
    expect(asked).toBe(0);
    expect(look(snapshotOf({ recent: { requests: 11 } }))).toEqual(['+backlog']);
    expect(look(snapshotOf({ recent: { requests: 10 } }))).toEqual(['-backlog']);
  });

  it('is called for each version if byVersion is set', () => {
    const { look } = rig({ byVersion: true, look: (_, version) => version?.decisions, threshold: 500_000 });
    const versions = [calmVersion, { ...calmVersion, version: '2', role: 'shadow' as const, decisions: 600_000 }];
    expect(look(snapshotOf({ versions }))).toEqual(['+backlog@2']);
    expect(look(snapshotOf())).toEqual(['-backlog@2']);
  });

  it('leaves health() unchanged if affectsHealth is false', () => {
    const { board, look } = rig({ affectsHealth: false });
    look(withDepth(101));
    expect(board.findings).toEqual([]);
  });

  it.each<[string, CustomAlert['look'], string]>([
    [
      'throws',
      () => {
        throw new RangeError('of card 4111');
      },
      'it threw RangeError',
    ],
    ['returns a text', untyped(() => 'many'), 'it returned a string, not a finite number, null or undefined'],
    ['returns NaN', () => Number.NaN, 'it returned NaN, not a finite number, null or undefined'],
    [
      'returns a promise that rejects',
      untyped(() => Promise.reject(new Error('late'))),
      'it returned a promise (await it first), not a finite number, null or undefined',
    ],
  ])('that %s is reported once, and changes nothing', async (_, fails, reason) => {
    const failures: [string, string][] = [];
    let isFailing = false;
    const other: CustomAlert = { name: 'other', look: ({ queue }) => queue.depth, threshold: 100 };
    const first: CustomAlert = { ...ofQueue, look: (...seen) => (isFailing ? fails(...seen) : ofQueue.look(...seen)) };
    const { look } = boardOf({ custom: [first, other] }, (rule, why) => failures.push([rule, why]));
    expect(look(withDepth(101))).toEqual(['+backlog', '+other']);
    isFailing = true;
    expect(look(withDepth(0))).toEqual(['-other']);
    expect(look(withDepth(101))).toEqual(['+other']);
    isFailing = false;
    expect(look(withDepth(0))).toEqual(['-backlog', '-other']);
    isFailing = true;
    expect(look(withDepth(101))).toEqual(['+other']);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failures).toEqual([['backlog', reason]]);
  });

  it('that modifies its snapshot fails, and other rules see the original', () => {
    const failures: [string, string][] = [];
    const spoil = (change: (snapshot: AlertSnapshot) => void) => (snapshot: AlertSnapshot) => {
      change(snapshot);
      return 0;
    };
    const spoilers = [
      spoil((snapshot) => Reflect.apply(Array.prototype.pop, snapshot.versions, [])),
      spoil((snapshot) => Object.assign(snapshot, { at: 5 })),
      spoil(({ queue }) => Object.assign(queue, { depth: 0 })),
      spoil(({ failures: { lastHour } }) => Object.assign(lastHour, { failed: 0 })),
      spoil(({ versions }) => Object.assign(versions[0]?.recent ?? {}, { requests: 0 })),
    ].map((look, index): CustomAlert => ({ name: `spoiler-${index}`, look, threshold: 100 }));
    const others: CustomAlert[] = [
      { name: 'other', byVersion: true, look: (_, version) => version?.recent.requests, threshold: 100 },
      ofQueue,
    ];
    const { board, look } = boardOf({ custom: [...spoilers, ...others] }, (rule, why) => failures.push([rule, why]));
    expect(look(snapshotOf({ queue: { depth: 101, maxDepth: 1_000 }, at: 1_000 }))).toEqual(['+other@1', '+backlog']);
    expect(board.active.map(({ since }) => since)).toEqual([1_000, 1_000]);
    expect(failures).toEqual(spoilers.map(({ name }) => [name, 'it threw TypeError']));
  });

  it('says nothing where it has nothing to judge by', () => {
    const { look } = rig({ look: ({ queue }) => (queue.depth === 0 ? undefined : queue.depth) });
    expect([101, 0].map((depth) => look(withDepth(depth)))).toEqual([['+backlog'], ['-backlog']]);
  });

  it('sees the traffic of the last 10 seconds', () => {
    const { look } = rig({ look: ({ recent, windowSeconds }) => recent.requests / windowSeconds, threshold: 99 });
    expect(look(snapshotOf({ recent: calmTraffic }))).toEqual(['+backlog']);
  });
});

describe('options of the alerts', () => {
  const messageOf = (alerts: unknown): string => {
    try {
      resolvedAlerts(untyped<AlertOptions>(alerts));
      return 'accepted';
    } catch (error) {
      return error instanceof Error ? error.message.replace('Invalid options: ', '') : 'not an error';
    }
  };
  const custom = (parts: object): object => ({ custom: [{ ...ofQueue, ...parts }] });

  it.each<[string, unknown, string]>([
    ['no list', { custom: {} }, 'alerts.custom: expected a list of at most 100 rules'],
    ['too many', { custom: new Array(101).fill(ofQueue) }, 'alerts.custom: expected a list of at most 100 rules'],
    ['no object', { custom: [7] }, 'alerts.custom[0]: expected an object, received 7'],
    ['no name', { custom: [{ look: () => 1, threshold: 1 }] }, 'alerts.custom[0].name: expected a letter'],
    ['a bad name', custom({ name: 'no spaces' }), 'alerts.custom[0].name: expected a letter'],
    [
      'a name of the package',
      custom({ name: 'latency' }),
      'alerts.custom[0].name: expected a name of its own, received that of a rule of the package',
    ],
    [
      'a name twice',
      { custom: [ofQueue, ofQueue] },
      'alerts.custom[1].name: expected a name of its own, received that of alerts.custom[0]',
    ],
    [
      'no look',
      custom({ look: undefined }),
      'alerts.custom[0].look: expected a synchronous function of the snapshot, received nothing',
    ],
    [
      'an async look',
      custom({ look: async () => 1 }),
      'alerts.custom[0].look: expected a synchronous function of the snapshot, received an async function',
    ],
    [
      'no threshold',
      custom({ threshold: undefined }),
      'alerts.custom[0].threshold: expected a number, received nothing',
    ],
    ['NaN', custom({ threshold: Number.NaN }), 'alerts.custom[0].threshold: expected a number, received NaN'],
    [
      'a limit to clear at that is outside',
      custom({ clearBelow: 101 }),
      'alerts.custom[0].clearBelow: expected a number at most 100, received 101',
    ],
    [
      'the wrong limit to clear at',
      custom({ clearAbove: 101 }),
      "alerts.custom[0].clearAbove: expected clearBelow in its place, as bad is 'above', received 101",
    ],
    [
      'another severity',
      custom({ severity: 'fatal' }),
      'alerts.custom[0].severity: expected one of "warning", "critical", received "fatal"',
    ],
    [
      'another side',
      custom({ bad: 'high' }),
      'alerts.custom[0].bad: expected one of "above", "below", received "high"',
    ],
    [
      'no looks',
      custom({ raiseAfter: 0 }),
      'alerts.custom[0].raiseAfter: expected an integer of at least 1 and at most 86400, received 0',
    ],
    [
      'an unknown field',
      custom({ limit: 1 }),
      'alerts.custom[0].limit: expected one of name, look, threshold, bad, severity,',
    ],
    [
      'a rule that is not known',
      { rules: { latencies: false } },
      'alerts.rules.latencies: expected one of latency, throughput,',
    ],
    [
      'true for a rule',
      { rules: { latency: true } },
      'alerts.rules.latency: expected false or an object, received true',
    ],
    [
      'an unknown field of a rule',
      { rules: { latency: { limit: 1 } } },
      'alerts.rules.latency.limit: expected one of severity,',
    ],
    [
      'a limit to clear at that is outside of a rule',
      { maxLatencyMs: 50, rules: { latency: { clearAt: 51 } } },
      'alerts.rules.latency.clearAt: expected a number at most 50, received 51',
    ],
    [
      'a limit to clear at that is below a low one',
      { rules: { throughput: { clearAt: 99 } } },
      'alerts.rules.throughput.clearAt: expected a number of at least 100, received 99',
    ],
    [
      'a limit where there is none',
      { rules: { workers: { clearAt: 1 } } },
      'alerts.rules.workers.clearAt: expected one of severity,',
    ],
    [
      'a target of 100%',
      { availabilityTarget: 1 },
      'alerts.availabilityTarget: expected a share above 0 and below 1, received 1',
    ],
    ['an unknown threshold', { maxLatency: 1 }, 'alerts.maxLatency: expected one of maxLatencyMs,'],
  ])('are refused with %s', (_, alerts, message) => {
    expect(messageOf(alerts).slice(0, message.length)).toBe(message);
  });

  it('may all be left out, or be undefined', () => {
    const parts = { clearBelow: undefined, severity: undefined, byVersion: undefined, advice: undefined };
    expect(messageOf({ ...custom(parts), rules: { latency: undefined, memory: {} }, maxDrift: undefined })).toBe(
      'accepted',
    );
    expect(messageOf({ custom: [] })).toBe('accepted');
  });
});
