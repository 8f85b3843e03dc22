import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Figures } from '../../../bench/fleet/capacity/figures.js';
import { limitsOf, type Machines, needsOf } from '../../../bench/fleet/capacity/plan.js';
import { type FleetPlan, FleetSimulation } from '../../../bench/fleet/capacity/simulation/fleet.js';
import { Processor } from '../../../bench/fleet/capacity/simulation/processor.js';
import { Timeline } from '../../../bench/fleet/capacity/simulation/timeline.js';
import { seededUniform } from '../../../src/tools/seeded-uniform.js';

const figures: Figures = {
  environment: {},
  client: { requestUs: 2, messageUs: 40 },
  node: { requestUs: 4, messageUs: 40, batchUs: 60, rowUs: 1 },
  server: { messageUs: 40, kilobyteUs: 1.5 },
  jetStream: { publishedPerSecond: 30_000, messageUs: 15 },
  wire: { requestBytes: 440, resultBytes: 30, messageBytes: 100 },
};

const plan: FleetPlan = {
  requestsPerSecond: 100_000,
  hosts: 4,
  nodes: 3,
  workersPerNode: 2,
  servers: 3,
  coresPerServer: 2,
  messagesPerNode: 4,
  maxRows: 256,
  hopUs: 100,
  killsNode: false,
};

const machines: Machines = { workersPerNode: 2, coresPerServer: 4, networkGbps: 10, rowsPerMessage: 64, maxBusy: 0.5 };

const simulate = (change: Partial<FleetPlan>, runMs = 200) =>
  new FleetSimulation(figures, { ...plan, ...change }, seededUniform(7)).run(runMs * 1_000);

describe('the timeline of a simulation', () => {
  it('runs events by their times, and equal times in the order in which they were added', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 })), (times) => {
        const timeline = new Timeline();
        const seen: { time: number; index: number }[] = [];
        for (const [index, time] of times.entries())
          timeline.after(time, () => seen.push({ time: timeline.nowUs, index }));
        timeline.runUntil(20);
        const expected = times
          .map((time, index) => ({ time, index }))
          .sort((a, b) => a.time - b.time || a.index - b.index);
        expect(seen).toEqual(expected);
      }),
    );
  });

  it('gives the mean wait of a queue with random arrivals and equal work: busy / (2 (1 − busy)) · work', () => {
    const timeline = new Timeline();
    const processor = new Processor(timeline);
    const random = seededUniform(3);
    const [workUs, busy] = [10, 0.8];
    const waits: number[] = [];
    const arrive = (): void => {
      const arrivedUs = timeline.nowUs;
      processor.work(workUs, () => waits.push(timeline.nowUs - arrivedUs - workUs));
      timeline.after((-Math.log(1 - random()) * workUs) / busy, arrive);
    };
    arrive();
    timeline.runUntil(5_000_000);
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(mean / ((busy / (2 * (1 - busy))) * workUs)).toBeCloseTo(1, 1);
  });
});

describe('a simulated fleet', () => {
  it('answers what it has capacity for, and no request faster than its parts can', () => {
    const { answered, latencyMs } = simulate({});
    expect(answered).toBeGreaterThan(0.95);
    const leastUs = 4 * plan.hopUs + 2 * figures.server.messageUs + figures.node.batchUs;
    expect(latencyMs.p50).toBeGreaterThan(leastUs / 1_000);
    expect(latencyMs.p99).toBeLessThan(20);
  });

  it('falls behind where requests need more than its nodes have', () => {
    const limit = limitsOf(figures, { ...machines, rowsPerMessage: 256 }).nodeMain * 3;
    const { answered, busy } = simulate({ requestsPerSecond: 2 * limit, hosts: 40 });
    expect(answered).toBeLessThan(0.75);
    expect(busy.node).toBeGreaterThan(0.95);
  });

  it('loses no request to a node that is killed', () => {
    const [killed, whole] = [
      simulate({ killsNode: true, requestsPerSecond: 20_000 }, 400),
      simulate({ requestsPerSecond: 20_000 }, 400),
    ];
    expect(killed.answered).toBeGreaterThan(whole.answered - 0.005);
    expect(killed.latencyMs.p999).toBeGreaterThan(whole.latencyMs.p999);
  });

  it('repeats itself with the same random numbers', () => {
    expect(simulate({})).toEqual(simulate({}));
  });
});

describe('what a rate needs', () => {
  it('never falls while the rate rises, and leaves each part the room that was asked', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1_000, max: 10_000_000 }), fc.integer({ min: 1, max: 1_000_000 }), (rate, more) => {
        const [one, other] = [needsOf(figures, machines, rate), needsOf(figures, machines, rate + more)];
        for (const part of ['hosts', 'nodes', 'servers', 'streams', 'cores'] as const) {
          expect(other[part]).toBeGreaterThanOrEqual(one[part]);
        }
        const { nodeMain, nodeWorkers } = limitsOf(figures, machines);
        expect(rate / (one.nodes - 1)).toBeLessThanOrEqual(machines.maxBusy * Math.min(nodeMain, nodeWorkers));
      }),
    );
  });

  it('is a fleet that the simulation finds fast enough, one node less included', () => {
    const { nodes, servers, hosts } = needsOf(figures, machines, 500_000);
    const { latencyMs } = simulate(
      { requestsPerSecond: 500_000, nodes: nodes - 1, servers, hosts, coresPerServer: 4 },
      100,
    );
    expect(latencyMs.p99).toBeLessThan(10);
  });
});
