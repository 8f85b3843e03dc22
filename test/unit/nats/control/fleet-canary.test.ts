import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FleetCanaryLook } from '../../../../src/integrations/nats/control/lead/fleet-canary.js';
import { afterReports } from '../../../../src/integrations/nats/control/lead/rollout-verdict.js';
import { SummedReadings } from '../../../../src/integrations/nats/control/lead/summed-readings.js';
import type { FullReport } from '../../../../src/integrations/nats/control/node-report.js';
import * as commands from '../../../../src/integrations/nats/control/state/commands.js';
import { readFleetDeployOptions } from '../../../../src/integrations/nats/control/state/deploy-order.js';
import { emptyState, type FleetState, shareOf } from '../../../../src/integrations/nats/control/state/fleet-state.js';
import { encodeState, readState } from '../../../../src/integrations/nats/control/state/read-state.js';
import { LatencyHistogram } from '../../../../src/monitoring/latency-histogram.js';

/** The counts of a version on one node. */
class Counts {
  requests = 0;
  failed = 0;
  blocked = 0;
  readonly latency = new LatencyHistogram();

  add(requests: number, failed = 0, blocked = 0, ms = 2): void {
    this.requests += requests;
    this.failed += failed;
    this.blocked += blocked;
    this.latency.record(ms, requests - failed);
  }
}

/** A node that answers requests by what it has. It does not score. */
class SimulatedNode {
  counts = { 1: new Counts(), 2: new Counts() };
  incarnation = 0;
  constructor(readonly id: string) {}

  restart(): void {
    this.counts = { 1: new Counts(), 2: new Counts() };
    this.incarnation += 1;
  }

  report(revision = 0): FullReport {
    const readings = (['1', '2'] as const).map((version) => {
      const { requests, failed, blocked, latency } = this.counts[version];
      const copy = new LatencyHistogram();
      copy.add(latency);
      return {
        since: 0,
        designEffect: 1,
        reading: { version, requests, failed, decided: requests - failed, blocked, latency: copy },
      };
    });
    return {
      ...{ id: this.id, incarnation: `${this.id} ${this.incarnation}`, revision, reached: revision, versions: [] },
      ...{ loading: null, error: null, refused: 0, readings },
    };
  }
}

interface Behaviour {
  /** The state that the canary begins in. */
  from?: FleetState;
  /** Whether the entry is not valid. */
  isHeld?: boolean;
  /** The shares of the canary's requests that fail and are blocked, and its latency. */
  failed?: number;
  blocked?: number;
  ms?: number;
  /** What happens before a second. */
  before?: (second: number, nodes: SimulatedNode[], change: { leader: () => void }) => void;
}

const start: FleetState = {
  ...emptyState,
  primary: { model: 'cards', version: '1' },
  canary: {
    ...{ model: 'cards', version: '2', steps: [0.1, 0.5, 1], stepMs: 20_000, minRequests: 100 },
    ...{ maxErrorRate: 0.01, maxLatencyRatio: 2, maxBlockRateChange: 0.02, state: 'running', step: 0, reason: null },
  },
};

/** Three nodes with 200 requests a second each, under the leader's rules. */
function simulated({
  from = start,
  isHeld = false,
  failed = 0.001,
  blocked = 0.02,
  ms = 2,
  before = () => {},
}: Behaviour = {}) {
  const nodes = ['a', 'b', 'c'].map((id) => new SimulatedNode(id));
  let state = from;
  let look = new FleetCanaryLook();
  const steps: { second: number; step: number; state: string }[] = [];
  for (
    let second = 0;
    second < 300 && (state.canary?.state === 'running' || state.canary?.state === 'waiting');
    second += 1
  ) {
    before(second, nodes, {
      leader: () => {
        look = new FleetCanaryLook();
      },
    });
    const { canary } = state;
    if (canary === null) break;
    for (const node of nodes) {
      const own = Math.round(200 * shareOf(canary));
      // Whole numbers that have the right mean.
      const part = (share: number, of: number): number =>
        Math.floor((second + 1) * share * of) - Math.floor(second * share * of);
      node.counts[1].add(200 - own, part(0.001, 200 - own), part(0.02, 200 - own));
      node.counts[2].add(own, part(failed, own), part(blocked, own), ms);
    }
    const next = look.look(
      second * 1_000,
      state,
      nodes.map((node) => node.report()),
      isHeld,
    );
    if (next.canary?.step !== state.canary?.step || next.canary?.state !== state.canary?.state) {
      steps.push({ second, step: next.canary?.step ?? -1, state: next.canary?.state ?? '' });
    }
    state = next;
  }
  return { state, steps };
}

describe('the canary of a fleet', () => {
  it('that does no worse over all nodes is promoted, step by step', () => {
    const { state, steps } = simulated();
    expect(steps.map(({ step }) => step)).toEqual([1, 1]);
    expect(state).toMatchObject({
      primary: { version: '2' },
      previous: { version: '1' },
      canary: { state: 'promoted' },
    });
  });

  it.each([
    ['fails', { failed: 0.08 }, /requests failed/],
    ['blocks too much', { blocked: 0.15 }, /blocks/],
    ['is slow', { ms: 9 }, /latency/],
  ])('that %s is aborted', (_name, behaviour, reason) => {
    const { state } = simulated(behaviour);
    expect(state).toMatchObject({
      primary: { version: '1' },
      canary: { state: 'aborted', reason: expect.stringMatching(reason) },
    });
  });

  it('is not disturbed by nodes that restart, join and leave', () => {
    const before: Behaviour['before'] = (second, nodes) => {
      if (second % 7 === 3) nodes[second % nodes.length]?.restart();
      if (second === 5) nodes.push(new SimulatedNode('d'));
      if (second === 25) nodes.shift();
    };
    expect(simulated({ before }).state.canary).toMatchObject({ state: 'promoted' });
    expect(simulated({ failed: 0.08, before }).state.canary).toMatchObject({ state: 'aborted' });
  });

  it('begins its step again when the lead moves, and never takes two steps at once', () => {
    const { steps } = simulated({
      before: (second, _nodes, { leader }) => {
        if (second === 15) leader();
      },
    });
    expect(steps[0]).toMatchObject({ step: 1 });
    // The new leader took its first reading in second 15, and the step lasts 20 s.
    expect(steps[0]?.second).toBeGreaterThanOrEqual(35);
    const moves = simulated({ before: (second, _nodes, { leader }) => second % 25 === 0 && leader() }).steps;
    for (const [index, { step }] of moves.entries())
      expect(step - (moves[index - 1]?.step ?? 0)).toBeLessThanOrEqual(1);
  });

  describe('while another version is rolled out', () => {
    const order = { model: 'cards', sha256: undefined, policy: undefined };
    const primary = commands.deployed(start, { ...order, version: '3', role: { kind: 'primary' } }, 'id');
    const shadow = { kind: 'shadow', sample: undefined } as const;
    const shadowed = commands.deployed(start, { ...order, version: '3', role: shadow }, 'id');

    it('is compared with both primaries, and aborted if it does harm', () => {
      const { state } = simulated({ from: primary, blocked: 0.15 });
      expect(state).toMatchObject({
        primary: { version: '3' },
        canary: { state: 'aborted', reason: expect.stringMatching(/blocks/) },
        rollout: { version: '3', state: 'loading' },
      });
      expect(simulated({ from: primary, failed: 0.08 }).state.canary).toMatchObject({ state: 'aborted' });
    });

    it('does not advance if that is the primary', () => {
      expect(simulated({ from: primary })).toEqual({ state: primary, steps: [] });
    });

    it('advances if that is a shadow', () => {
      const { state } = simulated({ from: shadowed });
      expect(state).toMatchObject({ primary: { version: '2' }, canary: { state: 'promoted' } });
      expect(state.rollout).toMatchObject({ version: '3', state: 'loading' });
      expect(simulated({ from: shadowed, failed: 0.08 }).state.canary).toMatchObject({ state: 'aborted' });
    });
  });

  it('is aborted before all nodes have it, and then nodes need not load it any more', () => {
    const plan = { stepMs: 20_000, minRequests: 100, steps: [0.1, 0.5, 1] };
    const options = readFleetDeployOptions({ version: '2', canary: plan });
    const from = commands.deployed({ ...start, canary: null }, options, 'id');
    expect(simulated({ from })).toEqual({ state: from, steps: [] });
    const { state } = simulated({ from, failed: 0.08 });
    const reason = expect.stringMatching(/requests failed/);
    expect(state).toMatchObject({
      canary: { state: 'aborted', reason },
      rollout: { state: 'failed', node: null, reason },
    });
  });

  it('is aborted but does not advance while the entry is not valid', () => {
    expect(simulated({ isHeld: true })).toEqual({ state: start, steps: [] });
    expect(simulated({ isHeld: true, failed: 0.08 }).state.canary).toMatchObject({ state: 'aborted' });
  });

  it('does not wait any more when its step begins again', () => {
    const { state } = simulated({ before: (_second, nodes) => nodes.splice(0) });
    expect(state.canary?.state).toBe('waiting');
    const look = new FleetCanaryLook();
    const next = look.look(0, state, []);
    expect(next).toEqual({ ...state, canary: { ...state.canary, state: 'running', reason: null } });
    expect(look.look(1_000, next, [])).toBe(next);
    expect(new FleetCanaryLook().look(0, state, [], true)).toBe(state);
  });

  it('is judged anew where the same version is a canary again', () => {
    const nodes = [new SimulatedNode('a')];
    const look = new FleetCanaryLook();
    const abort = (from: FleetState, begin: number): FleetState => {
      let state = from;
      for (let second = begin; second < begin + 60 && state.canary?.state === 'running'; second += 1) {
        nodes[0]?.counts[1].add(100);
        nodes[0]?.counts[2].add(100, 20);
        state = look.look(
          second * 1_000,
          state,
          nodes.map((node) => node.report()),
        );
      }
      return state;
    };
    expect(abort(start, 0).canary).toMatchObject({ state: 'aborted' });
    expect(abort(start, 60).canary).toMatchObject({ state: 'aborted' });
  });

  it('waits where there are too few requests', () => {
    const { state } = simulated({ before: (_second, nodes) => nodes.splice(0) });
    expect(state.canary).toMatchObject({
      state: 'waiting',
      step: 0,
      reason: expect.stringMatching(/too few requests/),
    });
  });
});

describe('the sum of readings', () => {
  it('is the sum of what each incarnation did between its first and its last reading, whatever the order of events', () => {
    const event = fc.record({
      node: fc.nat(2),
      kind: fc.constantFrom('work', 'restart', 'silent'),
      requests: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const nodes = ['a', 'b', 'c'].map((id) => new SimulatedNode(id));
        const sum = new SummedReadings(['2']);
        sum.add(nodes.map((node) => node.report()));
        let expected = 0;
        let last = 0;
        const begun = new Set(nodes.map(({ id }) => `${id} 0`));
        for (const { node: index, kind, requests } of events) {
          const node = nodes[index];
          if (node === undefined) continue;
          if (kind === 'restart') node.restart();
          else node.counts[2].add(requests);
          const key = `${node.id} ${node.incarnation}`;
          if (begun.has(key) && kind !== 'restart') expected += requests;
          begun.add(key);
          const { requests: total, latency } = sum.add(nodes.map((one) => one.report()));
          expect(total).toBe(expected);
          expect(latency.count).toBe(expected);
          expect(total).toBeGreaterThanOrEqual(last);
          last = total;
        }
      }),
    );
  });
});

it('the sum of readings never shrinks where a node reports less than before', () => {
  const node = new SimulatedNode('a');
  const sum = new SummedReadings(['2']);
  node.counts[2].add(100);
  sum.add([node.report()]);
  node.counts[2].add(50);
  expect(sum.add([node.report()]).requests).toBe(50);
  node.counts[2] = new Counts();
  node.counts[2].add(10);
  expect(sum.add([node.report()]).requests).toBe(50);
  node.counts[2].add(5);
  expect(sum.add([node.report()])).toMatchObject({ requests: 55, latency: { count: 55 } });
});

describe('a roll-out', () => {
  const loading: FleetState = commands.deployed(
    { ...emptyState, primary: { model: 'cards', version: '1' } },
    { model: undefined, version: '2', sha256: undefined, policy: undefined, role: { kind: 'primary' } },
    'id',
  );
  const has = (id: string, revision: number, role: string, rollout = 'id'): FullReport => ({
    ...new SimulatedNode(id).report(revision),
    versions: [{ version: '2', role, traffic: 1, rollout }],
  });

  it('is done when all nodes have the version in its role, in the newest revision', () => {
    expect(afterReports(loading, 7, [])).toBe(loading);
    expect(afterReports(loading, 7, [has('a', 7, 'primary'), has('b', 6, 'primary')])).toBe(loading);
    expect(afterReports(loading, 7, [has('a', 7, 'primary'), has('b', 7, 'standby')])).toBe(loading);
    expect(afterReports(loading, 7, [has('a', 7, 'primary'), has('b', 7, 'primary')]).rollout?.state).toBe('done');
  });

  it('is not done while a node has another version of that name', () => {
    expect(afterReports(loading, 7, [has('a', 7, 'primary'), has('b', 7, 'primary', 'earlier')])).toBe(loading);
  });

  it('is taken back for a reason that a state has room for, whatever a report says', () => {
    const error = { version: '2', code: 'x'.repeat(5_000), message: 'y'.repeat(5_000) };
    const state = afterReports(loading, 7, [{ ...has('a', 7, 'x'), error }]);
    expect(state.rollout?.state).toBe('failed');
    expect(readState(encodeState(state))).toEqual({ state });
  });

  it('is taken back when the version has failed over to its standby on one node', () => {
    const error = { version: '2', code: 'FAILED_OVER', message: 'the standby took over' };
    expect(afterReports(loading, 7, [{ ...has('a', 7, 'standby'), error }])).toMatchObject({
      primary: { version: '1' },
      rollout: { state: 'failed', code: 'FAILED_OVER' },
    });
  });

  it('is taken back when one node cannot load the version, and not for an error from before', () => {
    const error = { version: '2', code: 'ERR_MODEL_INVALID', message: 'it is damaged' };
    expect(afterReports(loading, 7, [has('a', 7, 'primary'), { ...has('b', 6, 'x'), error }])).toBe(loading);
    expect(afterReports(loading, 7, [has('a', 7, 'primary'), { ...has('b', 7, 'x'), error }])).toMatchObject({
      primary: { version: '1' },
      rollout: { state: 'failed', node: 'b', code: 'ERR_MODEL_INVALID', reason: 'it is damaged' },
    });
  });
});
