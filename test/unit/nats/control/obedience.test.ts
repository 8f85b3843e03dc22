import { describe, expect, it } from 'vitest';
import type { DeploymentEvent } from '../../../../src/api/events.js';
import { ModelInvalidError, UnavailableError } from '../../../../src/errors.js';
import type { FollowedScorer } from '../../../../src/integrations/nats/control/follow/followed-scorer.js';
import type { LiveDeployment } from '../../../../src/integrations/nats/control/follow/next-action.js';
import { Obedience } from '../../../../src/integrations/nats/control/follow/obedience.js';
import { emptyState, type FleetState } from '../../../../src/integrations/nats/control/state/fleet-state.js';
import { FakeClock } from '../../../support/fake-clock.js';

/** A scorer whose loads end when the test says so. */
class StandInScorer implements FollowedScorer {
  live: LiveDeployment[] = [{ version: '1', role: 'primary', traffic: 1 }];
  readonly calls: string[] = [];
  #listener: (event: DeploymentEvent) => void = () => {};
  loaded: (error?: Error) => void = () => {};

  deploy(directory: string): Promise<void> {
    this.calls.push(`deploy ${directory}`);
    return new Promise((resolve, reject) => {
      this.loaded = (error) => {
        if (error !== undefined) return reject(error);
        this.#swap(directory);
        this.tell({ type: 'deployed', version: directory, at: 0 });
        resolve();
      };
    });
  }

  rollback(): void {
    this.calls.push('rollback');
    const standby = this.live.find(({ role }) => role === 'standby');
    this.#swap(standby?.version ?? '');
    this.tell({ type: 'rolledBack', version: standby?.version ?? null, at: 0 });
  }

  setTraffic(): void {}
  setPolicy(policy: object): void {
    this.calls.push(`policy ${JSON.stringify(policy)}`);
  }
  async promote(): Promise<void> {}
  async retire(): Promise<void> {}
  deployments(): readonly LiveDeployment[] {
    return this.live;
  }
  on(_event: 'deployment', listener: (event: DeploymentEvent) => void): void {
    this.#listener = listener;
  }
  off(): void {
    this.#listener = () => {};
  }
  tell(event: DeploymentEvent): void {
    this.#listener(event);
  }
  failOver(): void {
    this.rollback();
    this.calls.length = 0;
  }

  #swap(version: string): void {
    const before = this.live.find(({ role }) => role === 'primary');
    this.live = [
      { version, role: 'primary', traffic: 1 },
      { version: before?.version ?? '', role: 'standby', traffic: 0 },
    ];
  }
}

const wants = (version: string): FleetState => ({ ...emptyState, primary: { model: 'cards', version } });

function rig(find: (version: string) => Promise<string> = async (version) => version) {
  const clock = new FakeClock();
  const scorer = new StandInScorer();
  const obedience = new Obedience({
    scorer,
    clock,
    find: ({ version }) => find(version),
    onChange: () => {},
    onClosed: () => {},
  });
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  return { clock, scorer, obedience, settle };
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
    let found: (directory: string) => void = () => {};
    const { scorer, obedience, settle } = rig(
      () =>
        new Promise((resolve) => {
          found = resolve;
        }),
    );
    obedience.want(wants('2'), 1);
    obedience.want(wants('1'), 2);
    found('2');
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

  it('keeps versions after a failover until something else is wanted', async () => {
    const { clock, scorer, obedience, settle } = rig();
    scorer.live = [
      { version: '2', role: 'primary', traffic: 1 },
      { version: '1', role: 'standby', traffic: 0 },
    ];
    obedience.want(wants('2'), 1);
    scorer.live = [
      { version: '1', role: 'primary', traffic: 1 },
      { version: '2', role: 'standby', traffic: 0 },
    ];
    scorer.tell({ type: 'failedOver', version: '1', at: 0, reason: 'version 2 fails' });
    clock.advance(60_000);
    obedience.pursue();
    await settle();
    expect(scorer.calls).toEqual([]);
    expect(obedience.error).toMatchObject({ code: 'FAILED_OVER', version: null });
    obedience.want({ ...wants('2'), shadows: [] }, 2);
    expect(scorer.calls).toEqual([]);
    obedience.want(wants('1'), 3);
    expect(obedience).toMatchObject({ reached: 3, error: null });
  });

  it('sets thresholds once', () => {
    const { scorer, obedience } = rig();
    obedience.want({ ...wants('1'), policy: { blockProbability: 0.7 } }, 1);
    obedience.want({ ...wants('1'), policy: { blockProbability: 0.7 } }, 2);
    expect(scorer.calls).toEqual(['policy {"blockProbability":0.7}']);
  });
});
