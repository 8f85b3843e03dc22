import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideFrame, longestGatherMs } from '../../../src/integrations/nats/remote/frame-policy.js';
import {
  chooseNode,
  distrust,
  limitRows,
  newNode,
  rowsFor,
  takeProbe,
  trust,
} from '../../../src/integrations/nats/remote/nodes.js';
import { ReplyTimes } from '../../../src/integrations/nats/remote/reply-times.js';

describe('the decision about a frame', () => {
  const busy = { waiting: 10, oldestWaitMs: 0.5, framesOnNode: 1, maxRows: 256 };

  it('sends at once to a node that has no frame', () => {
    expect(decideFrame({ ...busy, framesOnNode: 0 })).toEqual({ action: 'send', rows: 10 });
  });

  it('gathers while every node has a frame, for a short time', () => {
    expect(decideFrame(busy)).toEqual({ action: 'wait', ms: longestGatherMs - 0.5 });
    expect(decideFrame({ ...busy, oldestWaitMs: longestGatherMs })).toEqual({ action: 'send', rows: 10 });
  });

  it('sends a full frame at once, and no larger one', () => {
    expect(decideFrame({ ...busy, waiting: 1_000 })).toEqual({ action: 'send', rows: 256 });
  });
});

describe('the choice of a node', () => {
  const nodes = () => ['a', 'b', 'c'].map((id) => newNode(id, `fraud.score.node.${id}`, 0));

  it('takes the node with the fewest rows', () => {
    const [a, b, c] = nodes();
    if (a === undefined || b === undefined || c === undefined) throw new Error('expected three nodes');
    a.rows = 5;
    b.rows = 3;
    c.rows = 4;
    expect(chooseNode([a, b, c], null, 0)).toBe(b);
    expect(chooseNode([a, b, c], b, 0)).toBe(c);
    b.isSuspect = true;
    expect(chooseNode([a, b, c], null, 0)).toBe(c);
    c.busyUntil = 10;
    expect(chooseNode([a, b, c], null, 5)).toBe(a);
    expect(chooseNode([a, b, c], null, 10)).toBe(c);
  });

  it('takes a suspect node where there is no other, and none where there is none', () => {
    const [a] = nodes();
    if (a === undefined) throw new Error('expected a node');
    a.isSuspect = true;
    expect(chooseNode([a], null, 0)).toBe(a);
    expect(chooseNode([a], a, 0)).toBeNull();
    expect(chooseNode([], null, 0)).toBeNull();
  });
});

describe('nodes that have as much to do', () => {
  it('get their frames in turn', () => {
    const nodes = ['a', 'b', 'c', 'd'].map((id) => newNode(id, `fraud.score.node.${id}`, 0));
    const chosen = Array.from({ length: 8 }, (_, turn) => {
      const node = chooseNode(nodes, null, turn);
      if (node === null) throw new Error('expected a node');
      node.usedAt = turn + 1;
      return node.id;
    });
    expect(chosen.join('')).toBe('abcdabcd');
  });
});

describe('the choice among any nodes', () => {
  const state = fc.record({ rows: fc.nat(5), usedAt: fc.nat(5), isSuspect: fc.boolean(), busyUntil: fc.nat(10) });

  it('is never one that may not be used while there is one that may, nor one with more to do than another of its kind', () => {
    fc.assert(
      fc.property(fc.array(state, { maxLength: 6 }), fc.nat(5), (states, avoided) => {
        const nodes = states.map((one, index) => Object.assign(newNode(`${index}`, '', 0), one));
        const avoid = nodes[avoided] ?? null;
        const chosen = chooseNode(nodes, avoid, 5);
        const others = nodes.filter((node) => node !== avoid);
        expect(chosen === null).toBe(others.length === 0);
        const rank = ({ isSuspect, busyUntil }: (typeof nodes)[number]): number =>
          (isSuspect ? 2 : 0) + (busyUntil > 5 ? 1 : 0);
        for (const other of others) {
          if (chosen === null) break;
          expect(rank(chosen)).toBeLessThanOrEqual(rank(other));
          if (rank(chosen) === rank(other)) expect(chosen.rows).toBeLessThanOrEqual(other.rows);
        }
      }),
    );
  });
});

describe('a node that did not answer in time', () => {
  it('gets probes with growing pauses until it has scored', () => {
    const node = newNode('a', '', 0);
    expect(takeProbe(node, 0)).toBe(false);
    distrust(node, 1_000);
    const probes: number[] = [];
    for (let now = 1_000; now < 10_000; now += 10) {
      // Each slow frame says it again.
      distrust(node, now);
      if (takeProbe(node, now)) probes.push(now - 1_000);
    }
    expect(probes).toEqual([100, 300, 700, 1_500, 3_100, 5_100, 7_100]);
    trust(node);
    expect(takeProbe(node, 20_000)).toBe(false);
    distrust(node, 20_000);
    expect([takeProbe(node, 20_099), takeProbe(node, 20_100)]).toEqual([false, true]);
  });
});

describe('a node that has refused a frame as too large', () => {
  it('gets half as many rows, and more again later', () => {
    const node = newNode('a', '', 0);
    expect(rowsFor(node, 0)).toBe(Number.POSITIVE_INFINITY);
    limitRows(node, 100, 0);
    expect([rowsFor(node, 0), rowsFor(node, 9_999), rowsFor(node, 10_000), rowsFor(node, 20_000)]).toEqual([
      50, 50, 100, 200,
    ]);
    limitRows(node, 1, 30_000);
    expect(rowsFor(node, 30_000)).toBe(1);
  });
});

describe('the time that a node may take', () => {
  it('follows what it took, and is never short', () => {
    const times = new ReplyTimes();
    expect(times.limitMs).toBe(500);
    for (let count = 0; count < 50; count += 1) times.record(2);
    expect(times.limitMs).toBe(100);
    for (let count = 0; count < 50; count += 1) times.record(count % 2 === 0 ? 100 : 300);
    expect(times.limitMs).toBeGreaterThan(600);
  });
});
