import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecisionPolicy } from '../../../../src/api/policy.js';
import { ModelInvalidError, UnavailableError } from '../../../../src/errors.js';
import { Obedience } from '../../../../src/integrations/nats/control/follow/obedience.js';
import type { FoundModel } from '../../../../src/integrations/nats/control/models/model-source.js';
import * as commands from '../../../../src/integrations/nats/control/state/commands.js';
import { readFleetDeployOptions } from '../../../../src/integrations/nats/control/state/deploy-order.js';
import {
  emptyState,
  type FleetState,
  type FleetVersion,
} from '../../../../src/integrations/nats/control/state/fleet-state.js';
import { policyOf } from '../../../../src/integrations/nats/control/state/policy-of.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { filesOf, live, StandInScorer, sha256Of } from './stand-in-scorer.js';

const wants = (version: string, others: Partial<FleetVersion> = {}): FleetState => {
  return { ...emptyState, primary: { model: 'cards', version, ...others } };
};

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

function rig(
  find: (version: string) => Promise<FoundModel> = async (version) => filesOf(version),
  scorer = new StandInScorer(),
) {
  const clock = new FakeClock();
  const obedience = new Obedience({
    ...{ scorer, hook: scorer, clock, find: ({ version }) => find(version) },
    onChange: () => {},
    onClosed: () => {},
  });
  return { clock, scorer, obedience, settle };
}

/** Lets a node do all that it can do. */
async function quiet({ clock }: ReturnType<typeof rig>): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    await settle();
    clock.turn();
  }
}

describe('obedience to a fleet', () => {
  it('takes a version back in the turn in which it came, where nobody wants it any more', async () => {
    const { scorer, obedience, settle } = rig();
    obedience.want(wants('2'), 1);
    await settle();
    obedience.want(wants('1'), 2);
    expect(scorer.calls).toEqual(['deploy 2']);
    scorer.loaded();
    expect(scorer.calls).toEqual(['deploy 2', 'rollback']);
    expect(obedience.reached).toBe(2);
  });

  it('does not deploy a version that nobody wants any more once it is found', async () => {
    let found: (files: FoundModel) => void = () => {};
    const { scorer, obedience, settle } = rig(
      () =>
        new Promise((resolve) => {
          found = resolve;
        }),
    );
    obedience.want(wants('2'), 1);
    obedience.want(wants('1'), 2);
    found(filesOf('2'));
    await settle();
    expect(scorer.calls).toEqual([]);
  });

  it('says what it could not load, and tries again later and later', async () => {
    const { clock, scorer, obedience, settle } = rig();
    obedience.want(wants('2'), 1);
    for (const [tries, waitMs] of [1_000, 2_000, 4_000].entries()) {
      await settle();
      expect(scorer.calls).toHaveLength(tries + 1);
      scorer.loaded(new ModelInvalidError('it is damaged'));
      await settle();
      expect(obedience.error).toMatchObject({ version: '2', code: 'ERR_MODEL_INVALID' });
      clock.advance(waitMs - 1);
      obedience.pursue();
      await settle();
      expect(scorer.calls).toHaveLength(tries + 1);
      clock.advance(1);
      obedience.pursue();
    }
    await settle();
    scorer.loaded();
    await settle();
    expect(obedience).toMatchObject({ error: null, reached: 1 });
  });

  it('keeps the error of a version when one before it has answered its last requests', async () => {
    const { scorer, obedience } = rig();
    obedience.want({ ...wants('2'), shadows: [{ model: 'cards', version: '3' }] }, 1);
    await settle();
    const drained = scorer.serve();
    await settle();
    expect(scorer.calls).toEqual(['deploy 2', 'deploy 3']);
    scorer.loaded(new ModelInvalidError('it is damaged'));
    await settle();
    drained();
    await settle();
    expect(obedience.error).toMatchObject({ version: '3', code: 'ERR_MODEL_INVALID' });
  });

  it('has patience with a store that does not answer', async () => {
    const { clock, obedience, settle } = rig(() => Promise.reject(new UnavailableError('no answer')));
    obedience.want(wants('2'), 1);
    await settle();
    expect(obedience.error).toBeNull();
    for (let tries = 0; tries < 2; tries += 1) {
      clock.advance(10_000);
      obedience.pursue();
      await settle();
    }
    expect(obedience.error).toMatchObject({ version: '2', code: 'ERR_UNAVAILABLE' });
  });

  describe('after a failover', () => {
    const failedOver = async () => {
      const node = rig(undefined, new StandInScorer([live('2'), live('1', 'standby')]));
      node.obedience.want(wants('2'), 1);
      node.scorer.failOver('version 2 fails');
      return node;
    };

    it('keeps the version that took over until another primary is wanted', async () => {
      const { clock, scorer, obedience } = await failedOver();
      clock.advance(60_000);
      obedience.pursue();
      await settle();
      expect(scorer.calls).toEqual([]);
      expect(obedience.error).toMatchObject({ code: 'FAILED_OVER', version: '2' });
      obedience.want({ ...wants('2'), shadows: [] }, 2);
      expect(scorer.calls).toEqual([]);
      obedience.want(wants('1'), 3);
      expect(obedience).toMatchObject({ reached: 3, error: null });
    });

    it('has not reached the revision, and says why, also after it has followed in all else', async () => {
      const node = await failedOver();
      const { scorer, obedience } = node;
      expect(obedience.reached).toBeNull();
      obedience.want({ ...wants('2'), challengers: [{ model: 'cards', version: '3', traffic: 0.1 }] }, 2);
      await settle();
      scorer.loaded();
      await quiet(node);
      expect(scorer.models()).toMatchObject([{ version: '1', role: 'primary' }, { version: '2' }, { version: '3' }]);
      expect(obedience).toMatchObject({ reached: null, error: { code: 'FAILED_OVER' } });
    });

    it('says first what it cannot load, so that the roll-out ends', async () => {
      const { scorer, obedience } = await failedOver();
      obedience.want({ ...wants('2'), shadows: [{ model: 'cards', version: '3' }] }, 2);
      await settle();
      scorer.loaded(new ModelInvalidError('it is damaged'));
      await settle();
      expect(obedience).toMatchObject({ reached: null, error: { version: '3', code: 'ERR_MODEL_INVALID' } });
      obedience.want(wants('2'), 3);
      expect(obedience).toMatchObject({ reached: null, error: { code: 'FAILED_OVER' } });
    });

    it('goes on to load another primary if that is wanted already', async () => {
      const { clock, scorer, obedience } = rig(undefined, new StandInScorer([live('2'), live('1', 'standby')]));
      obedience.want(wants('3'), 1);
      scorer.failOver('version 2 fails');
      await settle();
      scorer.loaded(new UnavailableError('no answer'));
      await settle();
      expect(obedience.error).toBeNull();
      clock.advance(10_000);
      obedience.pursue();
      await settle();
      expect(scorer.calls).toEqual(['deploy 3', 'deploy 3']);
    });

    it('follows again when somebody has put the primary back', async () => {
      const { scorer, obedience } = await failedOver();
      await scorer.rollback();
      expect(obedience).toMatchObject({ reached: 1, error: null });
    });
  });

  describe('where a version of the wanted name is live', () => {
    const before = [live('1'), live('2', 'standby')];
    const node = (files: string, first = before) => rig(async () => filesOf(files), new StandInScorer(first));

    it('looks at the files if the state has no sha256, and keeps it if they are the same', async () => {
      const one = node('2');
      const { scorer, obedience } = one;
      obedience.want(wants('2', { rollout: 'x' }), 1);
      expect(scorer.calls).toEqual([]);
      await quiet(one);
      expect(scorer.calls).toEqual(['rollback']);
      expect(obedience.versions).toContainEqual({ version: '2', role: 'primary', traffic: 1, rollout: 'x' });
    });

    it('keeps it if the node has no files of it', async () => {
      const { scorer, obedience } = rig(() => Promise.reject(new ModelInvalidError('there is none')));
      obedience.want(wants('1', { rollout: 'x' }), 1);
      await settle();
      obedience.pursue();
      expect(scorer.calls).toEqual([]);
      expect(obedience).toMatchObject({ reached: 1, error: null });
    });

    it.each([
      ['the sha256 is another one', { sha256: sha256Of('2 changed') }],
      ['the files have changed', { rollout: 'x' }],
    ])('ends it and loads it again if %s, once it has found the other one', async (_why, version) => {
      const { scorer, obedience } = node('2 changed');
      obedience.want(wants('2', version), 1);
      expect(scorer.calls).toEqual([]);
      await settle();
      expect(scorer.calls).toEqual(['retire 2', 'deploy 2 changed']);
      scorer.loaded();
      await settle();
      expect(obedience).toMatchObject({ reached: 1, error: null });
    });

    it('refuses other contents of the primary', async () => {
      const { scorer, obedience } = node('1 changed');
      obedience.want(wants('1', { sha256: sha256Of('1 changed') }), 1);
      await settle();
      expect(scorer.calls).toEqual([]);
      const error = { version: '1', code: 'ERR_MODEL_INVALID', message: expect.stringMatching(/name of its own/) };
      expect(obedience).toMatchObject({ reached: null, error });
    });

    it('returns at once to what it has loaded for the same roll-out', async () => {
      const scorer = new StandInScorer([live('0')], {}, true);
      const one = rig(undefined, scorer);
      one.obedience.want(wants('1', { rollout: 'x' }), 1);
      await quiet(one);
      one.obedience.want(wants('2', { rollout: 'y' }), 2);
      await quiet(one);
      one.obedience.want(wants('1', { rollout: 'x' }), 3);
      expect(scorer.calls).toEqual(['deploy 1', 'deploy 2', 'rollback']);
      expect(one.obedience.reached).toBe(3);
    });
  });

  it('has the thresholds of a version in force from its first request on', async () => {
    const { scorer, obedience } = rig();
    obedience.want(wants('2', { policy: { blockProbability: 0.7 } }), 1);
    await settle();
    obedience.want(wants('2', { policy: { blockProbability: 0.6 } }), 2);
    scorer.loaded();
    expect(scorer.policies.get('2')).toEqual({ blockProbability: 0.6 });
  });

  it('sets thresholds once', () => {
    const { scorer, obedience } = rig();
    obedience.want({ ...wants('1'), policy: { blockProbability: 0.7 } }, 1);
    obedience.want({ ...wants('1'), policy: { blockProbability: 0.7 } }, 2);
    expect(scorer.calls).toEqual(['policy of 1']);
    obedience.want(wants('1'), 3);
    expect(scorer.policies.get('1')).toEqual({});
  });

  it('ends in the same thresholds on all nodes, whatever each node did before', async () => {
    const version = fc.constantFrom('1', '2', '3');
    const policy: fc.Arbitrary<Partial<DecisionPolicy>> = fc.record(
      { blockProbability: fc.constantFrom(0.6, 0.7, 0.9), reviewRisk: fc.constantFrom(0.2, 0.3) },
      { requiredKeys: [] },
    );
    const deploy = fc.record({ version, policy, traffic: fc.constantFrom(1, 0.2, 'shadow' as const) });
    type Command = (state: FleetState, id: string) => FleetState;
    const command: fc.Arbitrary<Command> = fc.oneof(
      deploy.map(
        (options): Command =>
          (state, id) => {
            const order = readFleetDeployOptions({ model: 'cards', ...options });
            return commands.rolloutDone(commands.deployed(state, order, id));
          },
      ),
      policy.map(
        (patch): Command =>
          (state) =>
            commands.policySet(state, patch),
      ),
      version.map(
        (name): Command =>
          (state, id) =>
            commands.rolloutDone(commands.promoted(state, name, id)),
      ),
      version.map(
        (name): Command =>
          (state) =>
            commands.retired(state, name),
      ),
      fc.constant<Command>((state) => commands.rolledBack(state)),
    );
    /** Each command, and whether the second node is there to see its result, or starts again after it. */
    const history = fc.array(fc.record({ command, second: fc.constantFrom('sees', 'misses', 'restarts') }), {
      maxLength: 12,
    });
    const start = () => rig(undefined, new StandInScorer([live('1')], { mediumRisk: 0.1 }, true));
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const first = start();
        let other = start();
        let state = commands.rolloutDone(
          commands.deployed(emptyState, readFleetDeployOptions({ model: 'cards', version: '1' }), 'first'),
        );
        let revision = 1;
        const follow = async (node: ReturnType<typeof rig>): Promise<void> => {
          node.obedience.want(state, revision);
          await quiet(node);
        };
        await follow(first);
        for (const { command: change, second } of events) {
          revision += 1;
          try {
            state = change(state, `${revision}`);
          } catch (error) {
            if (!(error instanceof Error && 'code' in error)) throw error;
          }
          await follow(first);
          if (second === 'restarts') other = start();
          if (second !== 'misses') await follow(other);
        }
        await follow(other);
        for (const { obedience } of [first, other]) expect(obedience).toMatchObject({ reached: revision, error: null });
        for (const { scorer } of [first, other]) {
          for (const { version: name } of scorer.models()) {
            expect(scorer.policies.get(name)).toEqual({ mediumRisk: 0.1, ...policyOf(state, name) });
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
