import { describe, expect, it } from 'vitest';
import { decideFrame, longestGatherMs } from '../../../src/integrations/nats/remote/frame-policy.js';
import { chooseNode, newNode } from '../../../src/integrations/nats/remote/nodes.js';
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
