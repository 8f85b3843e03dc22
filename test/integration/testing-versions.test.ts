import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeploymentSummary } from '../../src/api/deployment.js';
import type { DeploymentEvent } from '../../src/api/events.js';
import { FraudScorer } from '../../src/index.js';
import { type FakeScorer, fakeScorer } from '../../src/testing/index.js';
import { differences } from '../support/shapes.js';
import { untyped } from '../support/untyped.js';
import { Versions } from '../support/versions.js';

let versions: Versions;
const directories: string[] = [];

beforeAll(async () => {
  versions = await Versions.make();
  for (const version of ['1', '2', '3', '4', '5']) directories.push(await versions.sqrt(version));
});

afterAll(() => versions[Symbol.asyncDispose]());

type AnyScorer = FraudScorer | FakeScorer;

const directory = (version: number): string => directories[version - 1] ?? '';
const request = (id: string) => ({ id, features: { x: [0.25] } });

/** Every public name of an object, those of its classes included. */
function namesOf(value: object): string[] {
  const names = new Set<string>();
  for (let of = Object.getPrototypeOf(value); of !== Object.prototype; of = Object.getPrototypeOf(of)) {
    for (const name of Reflect.ownKeys(of)) names.add(String(name));
  }
  return [...names].sort();
}

/** A step of a story, and what came of it: a value, or the code of an error and its paths. */
async function outcome(act: () => unknown): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    const { code, issues } = error as { code?: string; issues?: readonly { path: string }[] };
    return { code, paths: issues?.map(({ path }) => path) };
  }
}

const roleOf = (summary: unknown): unknown => {
  const { version, role, traffic } = summary as DeploymentSummary;
  return { version, role, traffic };
};

/** What a host may do with versions, wrong calls included. */
const steps: Readonly<Record<string, (scorer: AnyScorer) => unknown>> = {
  'a challenger is deployed': async (scorer) => roleOf(await scorer.deploy(directory(2), { traffic: 0.25 })),
  'the same version is deployed again': (scorer) => scorer.deploy(directory(2)),
  'there is no such directory': (scorer) => scorer.deploy('/there/is/none'),
  'the directory is none': (scorer) => scorer.deploy(untyped<string>(7)),
  'an option is wrong': (scorer) => scorer.deploy(directory(3), { traffic: 2 }),
  'more traffic than there is left': (scorer) => scorer.deploy(directory(3), { traffic: 0.9 }),
  'a shadow is deployed': async (scorer) => roleOf(await scorer.deploy(directory(3), { traffic: 'shadow' })),
  'a canary is deployed': async (scorer) =>
    roleOf(await scorer.deploy(directory(4), { canary: { steps: [0.125, 1], stepMs: 60_000 } })),
  'a third challenger': (scorer) => scorer.deploy(directory(5), { traffic: 0.125 }),
  'the share of a canary is set': (scorer) => scorer.setTraffic({ '4': 0.5 }),
  'the share of the primary is set': (scorer) => scorer.setTraffic({ '1': 0.5 }),
  'the share of an unknown version is set': (scorer) => scorer.setTraffic({ '9': 0.5 }),
  'a share is none': (scorer) => scorer.setTraffic({ '2': -1 }),
  'a share is set': (scorer) => scorer.setTraffic({ '2': 0.5 }),
  'roles are': (scorer) => scorer.deployments().map(roleOf),
  'the primary is described': (scorer) => scorer.describeModel(),
  'another version is described': (scorer) => scorer.describeModel('3'),
  'an unknown version is described': (scorer) => scorer.describeModel('9'),
  'keys are routed': async (scorer) => {
    const outcomes = await scorer.scoreMany(Array.from({ length: 50 }, (_, index) => request(`card-${index}`)));
    return outcomes.map((one) => one.status === 'fulfilled' && one.value.source === 'model' && one.value.model.version);
  },
  'a routing key goes before the id': async (scorer) => {
    const result = await scorer.score(request('card-1'), { routingKey: 'card-3' });
    return result.source === 'model' && result.model.version;
  },
  'columns are scored': async (scorer) => {
    const scores = await scorer.scoreColumns({ x: new Float32Array(3) }, 3);
    return [scores.model, scores.decision.length, scores.fraudProbability.length, scores.riskScore.length];
  },
  'columns of another version are scored': async (scorer) =>
    (await scorer.scoreColumns({ x: new Float32Array(2) }, 2, { version: '3' })).model,
  'columns of an unknown version': (scorer) => scorer.scoreColumns({ x: [1] }, 1, { version: '9' }),
  'columns of another length': (scorer) => scorer.scoreColumns({ x: [1] }, 2),
  'columns with a value that is none': (scorer) => scorer.scoreColumns({ x: [1, Number.NaN] }, 2),
  'columns for a signal that was aborted': (scorer) =>
    scorer.scoreColumns({ x: [1] }, 1, { signal: AbortSignal.abort() }),
  'a rollback without a standby': (scorer) => scorer.rollback(),
  'an unknown version is promoted': (scorer) => scorer.promote('9'),
  'a version that is no text is promoted': (scorer) => scorer.promote(untyped<string>(2)),
  'a challenger is promoted': async (scorer) => roleOf(await scorer.promote('2')),
  'it is rolled back': async (scorer) => roleOf(await scorer.rollback()),
  'the primary is retired': (scorer) => scorer.retire('1'),
  'a shadow is retired': (scorer) => scorer.retire('3'),
  'a canary is retired': (scorer) => scorer.retire('4'),
  'a version replaces the primary': async (scorer) => roleOf(await scorer.deploy(directory(5))),
  'thresholds are set': (scorer) => scorer.setPolicy({ blockProbability: 0.9 }),
  'roles are at last': (scorer) =>
    scorer
      .deployments()
      .map(roleOf)
      .map((one) => JSON.stringify(one))
      .sort(),
};

/** @returns what came of each step, the events, and all that the scorer says. */
async function tell(scorer: AnyScorer) {
  const events: Omit<DeploymentEvent, 'at' | 'reason'>[] = [];
  scorer.on('deployment', ({ at: _, reason: __, ...event }) => events.push(event));
  const story: Record<string, unknown> = {};
  let amid: unknown;
  for (const [step, act] of Object.entries(steps)) {
    story[step] = await outcome(() => act(scorer));
    if (step === 'columns are scored') amid = { summary: scorer.summary(), metrics: scorer.metrics() };
  }
  const said = { amid, health: scorer.health(), summary: scorer.summary(), metrics: scorer.metrics() };
  const report = await scorer.close();
  const closed = {
    deploy: await outcome(() => scorer.deploy(directory(1))),
    promote: await outcome(() => scorer.promote('1')),
    setTraffic: await outcome(() => scorer.setTraffic({})),
    columns: await outcome(() => scorer.scoreColumns({ x: [1] }, 1)),
  };
  return { story, events, said, closed, report };
}

describe('the versions of a fake scorer beside those of a real one', () => {
  it('have every method', async () => {
    const real = await FraudScorer.create({ model: directory(1), workers: 1, providers: ['cpu'] });
    expect(namesOf(fakeScorer())).toEqual(expect.arrayContaining(namesOf(real)));
    await real.close();
  });

  it('do the same: results, refusals, events, roles, and the shape of what is said of them', async () => {
    const real = await tell(
      await FraudScorer.create({ model: directory(1), workers: 1, providers: ['cpu'], drift: false }),
    );
    const fake = await tell(fakeScorer({ model: directory(1), workers: 1 }));
    expect(fake.story).toEqual(real.story);
    expect(fake.events).toEqual(real.events);
    expect(fake.closed).toEqual(real.closed);
    expect(differences(fake.said, real.said)).toEqual([]);
    expect(differences(fake.report, real.report)).toEqual([]);
  });
});
