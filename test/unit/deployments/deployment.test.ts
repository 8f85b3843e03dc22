import { beforeAll, describe, expect, it } from 'vitest';
import type { Settler, SettlerOptions } from '../../../src/answering/settler.js';
import type { Explain } from '../../../src/api/request.js';
import { Deployment } from '../../../src/deployments/deployment.js';
import { DeploymentSet } from '../../../src/deployments/deployment-set.js';
import { Router } from '../../../src/deployments/routing.js';
import { Copies } from '../../../src/deployments/shadow/copies.js';
import { AbortedError, ClosedError } from '../../../src/errors.js';
import { type ModelDirectory, openModelDirectory } from '../../../src/models/model-directory.js';
import { OutcomeStore } from '../../../src/monitoring/labels/outcomes.js';
import { VersionStats } from '../../../src/monitoring/version-stats.js';
import { type ServingPool, standInPool } from '../../../src/pool/stand-in-pool.js';
import { DecisionLog } from '../../../src/records/host/decision-log.js';
import { KnownNames } from '../../../src/requests/known-names.js';
import { RequestTable, rowStates } from '../../../src/requests/request-table.js';
import { Waiters } from '../../../src/requests/waiters.js';
import { DeadlineWheel } from '../../../src/scheduling/deadline-wheel.js';
import { FakeClock } from '../../support/fake-clock.js';
import { noFaults } from '../../support/no-faults.js';
import { fixtureModel } from '../../support/paths.js';
import { Callers, settlerOf } from '../../support/settler.js';
import { untyped } from '../../support/untyped.js';

/** Tasks that a worker holds until the test has it answer. */
class HeldPool {
  readonly held: { kind: string; answer: () => Promise<void> }[] = [];
  readonly pool: ServingPool = {
    ...standInPool,
    run: ({ kind }: { kind: string }) =>
      new Promise<never>((resolve) => {
        const answer = (): Promise<void> => {
          const reply = kind === 'explain' ? { contributions: [] } : { inferenceMs: 1, provider: 'cpu' };
          resolve(untyped<never>(reply));
          return turn();
        };
        this.held.push({ kind, answer });
      }),
  };
}

/** Lets what was promised be heard. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

let directory: ModelDirectory;
beforeAll(async () => {
  directory = await openModelDirectory(fixtureModel('linear'));
});

interface Setting extends Partial<Pick<SettlerOptions, 'fallback'>> {
  explain?: Explain;
  versions?: number;
}

/** Versions that share a table, each with a worker that answers when the test says so. */
function rig({ explain = false, versions = 1, fallback = 'throw' }: Setting = {}) {
  const clock = new FakeClock();
  const table = new RequestTable(64);
  const set = new DeploymentSet(new Router('salt'), new Copies(table, { hasTime: true, made: () => {} }, noFaults));
  const deadlines = new DeadlineWheel(table, clock, (row) => set.of(table, row).expire(row));
  const settler: Settler = settlerOf(table, { clock, deadlines, fallback });
  const callers = new Callers(table);
  const outcomes = new OutcomeStore(clock, { maxPending: 10, ttlMs: 1e9 });
  const pools = Array.from({ length: versions }, () => new HeldPool());
  const knownNames = new KnownNames();
  for (const { pool } of pools) {
    const options = {
      clock,
      workerFile: '',
      workers: 1,
      mostWorkers: 1,
      workersGiven: null,
      isBesideOthers: false,
      inBackground: false,
      providers: ['cpu'] as const,
      devices: [0],
      resourceLimits: undefined,
      workerHangMs: 1_000,
      exitWaitMs: 1_000,
      startTimeoutMs: 1_000,
      batching: { maxBatchSize: 4, maxQueueDelayMs: 0, targetLatencyMs: 10 },
      explain,
      decide: undefined,
      unknownFeatures: 'refuse' as const,
      drift: null,
      policy: {},
    };
    const deployment = new Deployment(set.nextIndex, directory, options, {
      clock,
      table,
      settler,
      stats: new VersionStats('1', clock, outcomes),
      workers: {
        onWorkerSlow: () => {},
        onWorkerLost: () => {},
        onWorkerNotReplaced: () => {},
        onProviderChanged: () => {},
        onWorkersAbandoned: () => {},
      },
      knownNames,
      log: new DecisionLog(clock),
      roleOf: () => 'primary',
      copyNumber: () => 0,
      changes: new Waiters(),
      onExplanationFailure: () => {},
      onDecideFailure: () => {},
      onPolicyNote: () => {},
      onFault: noFaults,
    });
    deployment.workers.standIn(pool);
    set.add(deployment);
    if (set.all.length === 1) set.setPrimary(deployment);
  }
  /** Takes a request in, as admission does. */
  const add = (timeoutMs = 1_000, version = 0): number => {
    const row = callers.claim({ enqueuedAt: clock.now(), timeoutMs });
    table.version[row] = version;
    deadlines.add(row);
    set.all[version]?.batcher.add(row);
    return row;
  };
  const [first] = pools;
  if (first === undefined) throw new Error('a rig without a version');
  return { clock, table, set, deployment: set.primary, deadlines, callers, pools, held: first.held, knownNames, add };
}

const told = ({ told }: Callers): string[][] =>
  told.map((answers) => answers.map((answer) => ('code' in answer ? answer.code : answer.source)));

describe('Deployment', () => {
  it('takes its features out of the known names when it is released', async () => {
    const { deployment, knownNames } = rig();
    const [input = ''] = knownNames.inputs();
    expect(knownNames.has(input, null)).toBe(true);
    await deployment.release();
    expect(knownNames.inputs()).toEqual([]);
  });

  it('accepts an answer that came in time but was read late', async () => {
    const { clock, callers, held, add } = rig();
    add(5);
    clock.turn();
    // The loop wakes too late: the deadline's timer fires first, then what has come is read, then the turn ends.
    clock.fire(10);
    await held[0]?.answer();
    clock.turn();
    expect(told(callers)).toEqual([['model']]);
  });

  it('fails a request whose batch does not come back in time, and never answers it later', async () => {
    const { clock, callers, held, deployment, table, add } = rig();
    add(5);
    clock.advance(10);
    expect(told(callers)).toEqual([['ERR_DEADLINE_EXCEEDED']]);
    expect([table.freeCount, deployment.batcher.inFlight]).toEqual([64, 1]);
    await held[0]?.answer();
    clock.turn();
    expect(told(callers)).toEqual([['ERR_DEADLINE_EXCEEDED']]);
    expect(deployment.batcher.inFlight).toBe(0);
  });

  it('does not fail the next request of a row whose deadline passed in the same turn', async () => {
    const { clock, callers, held, table, add } = rig();
    const row = add(5);
    clock.turn();
    clock.fire(10);
    await held[0]?.answer();
    // The answer is handed out at the end of the turn, and another request comes then.
    clock.soon(() => expect(add(1_000)).toBe(row));
    clock.turn();
    expect(told(callers)).toEqual([['model'], []]);
    expect(table.state[row]).toBe(rowStates.running);
  });

  it('fails requests that wait in a queue at their deadline, and goes on with the others', async () => {
    const { clock, callers, held, add } = rig();
    for (let request = 0; request < 4; request += 1) add();
    clock.turn();
    add(5);
    add();
    clock.advance(10);
    expect(told(callers)).toEqual([[], [], [], [], ['ERR_DEADLINE_EXCEEDED'], []]);
    for (let batch = 0; batch < 2; batch += 1) {
      await held[batch]?.answer();
      clock.turn();
    }
    expect(told(callers).flat()).toHaveLength(6);
    expect(told(callers)[5]).toEqual(['model']);
  });

  it.each([
    ['its deadline', () => null, 'model'],
    ['the end of the scorer', () => new ClosedError('closed'), 'model'],
    ["its caller's abort", () => new AbortedError('left'), 'ERR_ABORTED'],
  ])('ends the wait for reasons at %s, and tells the caller once', async (_, errorOf, expected) => {
    const { clock, callers, held, deployment, table, add } = rig({ explain: true });
    const row = add(50);
    clock.turn();
    await held[0]?.answer();
    clock.turn();
    await turn();
    expect([told(callers), table.state[row]]).toEqual([[[]], rowStates.held]);
    const error = errorOf();
    if (error === null) clock.advance(60);
    else deployment.giveUp(row, error);
    expect(told(callers)).toEqual([[expected]]);
    expect(table.freeCount).toBe(64);
    await held.find(({ kind }) => kind === 'explain')?.answer();
    expect(told(callers)).toEqual([[expected]]);
    expect(callers.told[0]).not.toMatchObject([{ reasons: [] }]);
  });

  it('settles the requests of each version by that version, and counts them there', async () => {
    const { clock, callers, pools, set, add } = rig({ versions: 2 });
    add(1_000, 0);
    add(1_000, 1);
    add(5, 1);
    clock.turn();
    await pools[1]?.held[0]?.answer();
    clock.turn();
    add(5, 1);
    clock.advance(10);
    expect(told(callers)).toEqual([[], ['model'], ['model'], ['ERR_DEADLINE_EXCEEDED']]);
    await pools[0]?.held[0]?.answer();
    clock.turn();
    expect(told(callers)[0]).toEqual(['model']);
    const counts = set.all.map(({ stats }) => stats.history.current.requests.summary());
    expect(counts).toMatchObject([
      { total: 1, succeeded: 1, expired: 0 },
      { total: 3, succeeded: 2, expired: 1 },
    ]);
    expect(callers.told[1]).toMatchObject([{ timing: { batchSize: 2 } }]);
  });

  it('has one policy for all versions where the host sets one', () => {
    const { set } = rig({ versions: 2 });
    set.patchPolicy({ blockProbability: 0.25 });
    expect(set.all.map(({ policy }) => policy.rounded.blockProbability)).toEqual([0.25, 0.25]);
  });
});
