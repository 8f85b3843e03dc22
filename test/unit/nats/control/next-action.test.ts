import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LoadedVersion, likeness } from '../../../../src/integrations/nats/control/follow/likeness.js';
import { type Action, nextAction } from '../../../../src/integrations/nats/control/follow/next-action.js';
import type { Wanted } from '../../../../src/integrations/nats/control/state/wanted.js';

const names = ['1', '2', '3', '4', '5'];
const of = (version: string) => ({ model: 'cards', version });
/** A version on a node. Its files have the sha256 `new`. */
const on = (version: string, role: string, traffic = 0, others: Partial<LoadedVersion> = {}): LoadedVersion => ({
  ...{ version, role, traffic, model: 'cards', sha256: 'new', sample: role === 'shadow' ? 1 : null, rollout: 'now' },
  ...others,
});

/** What a node does with an action, by the rules in docs/deployments.md. Fails where a scorer would refuse. */
function after(has: readonly LoadedVersion[], action: Action): LoadedVersion[] {
  const primary = has.find(({ role }) => role === 'primary');
  const find = (version: string): LoadedVersion => {
    const found = has.find((one) => one.version === version);
    if (found === undefined) throw new Error(`${version} is not live`);
    return found;
  };
  const replace = (version: string): LoadedVersion[] =>
    has
      .filter(({ role, version: other }) => role !== 'standby' && other !== version && role !== 'primary')
      .concat(on(version, 'primary'), primary === undefined ? [] : { ...primary, role: 'standby', traffic: 0 });
  switch (action.kind) {
    case 'rollback': {
      const standby = has.find(({ role }) => role === 'standby');
      if (standby === undefined) throw new Error('there is no standby');
      return replace(standby.version);
    }
    case 'promote':
      find(action.version);
      return replace(action.version);
    case 'retire':
      if (find(action.version).role === 'primary') throw new Error('the primary was retired');
      return has.filter(({ version }) => version !== action.version);
    case 'setTraffic': {
      for (const version of Object.keys(action.shares)) {
        if (find(version).role !== 'challenger') throw new Error(`${version} is no challenger`);
      }
      const next = has.map((one) => ({ ...one, traffic: action.shares[one.version] ?? one.traffic }));
      const sum = next.filter(({ role }) => role === 'challenger').reduce((total, { traffic }) => total + traffic, 0);
      if (sum > 1 + 1e-12) throw new Error('the shares exceed 1');
      return next;
    }
    case 'deploy': {
      const { version, rollout = null } = action.version;
      const live = has.find((one) => one.version === version);
      if (live?.sha256 === 'new') return has.map((one) => (one === live ? { ...one, rollout } : one));
      if (live?.role === 'primary') throw new Error(`${version} is the primary`);
      if (live !== undefined) {
        const others = has.filter((one) => one !== live);
        return after(others, action);
      }
      if (action.role.kind === 'primary')
        return replace(version).map((one) => (one.version === version ? { ...one, rollout } : one));
      if (action.role.kind === 'shadow')
        return [...has, on(version, 'shadow', 0, { rollout, sample: action.role.sample ?? 1 })];
      const challengers = has.filter(({ role }) => role === 'challenger');
      if (challengers.length === 2) throw new Error('there are two challengers already');
      const sum = challengers.reduce((total, { traffic }) => total + traffic, action.role.traffic);
      if (sum > 1 + 2e-9) throw new Error('the shares exceed 1');
      return [...has, on(version, 'challenger', action.role.traffic, { rollout })];
    }
  }
}

const shares = fc.constantFrom(0, 0.05, 0.25, 0.5);
/** What the state says of the contents of versions. */
const contents = fc.constantFrom({}, { sha256: 'new' }, { rollout: 'now' }, { sha256: 'new', rollout: 'now' });
const wantedStates: fc.Arbitrary<Wanted> = fc
  .record({
    order: fc.shuffledSubarray(names, { minLength: 1 }),
    challengers: fc.array(shares, { maxLength: 2 }),
    shadows: fc.integer({ min: 0, max: 2 }),
    content: contents,
    sample: fc.constantFrom({}, { sample: 0.5 }),
  })
  .map(({ order: [primary = '1', ...others], challengers, shadows, content, sample }) => ({
    primary: { ...of(primary), ...content },
    challengers: others
      .slice(0, challengers.length)
      .map((version, at) => ({ ...of(version), ...content, traffic: challengers[at] ?? 0 })),
    shadows: others
      .slice(challengers.length)
      .slice(0, shadows)
      .map((version) => ({ ...of(version), ...content, ...sample })),
  }));
const nodes: fc.Arbitrary<LoadedVersion[]> = fc
  .record({
    order: fc.shuffledSubarray(names, { minLength: 1 }),
    roles: fc.constantFrom(
      ...[
        [],
        ['standby'],
        ['challenger'],
        ['standby', 'challenger', 'shadow'],
        ['challenger', 'challenger', 'standby'],
        ['shadow', 'shadow'],
      ],
    ),
    share: shares,
    content: fc.array(
      fc.record({ sha256: fc.constantFrom('old', 'new'), rollout: fc.constantFrom(null, 'before', 'now') }),
      { minLength: names.length, maxLength: names.length },
    ),
  })
  .map(({ order: [primary = '1', ...others], roles, share, content }) => [
    on(primary, 'primary', 1, { rollout: null }),
    ...roles
      .slice(0, others.length)
      .map((role, at) => on(others[at] ?? '', role, role === 'challenger' ? share : 0, content[at])),
  ]);

/** The roles and shares that matter: a standby is kept or not. */
function served(has: readonly LoadedVersion[]): string[] {
  return has
    .filter(({ role }) => role !== 'standby')
    .map(
      ({ version, role, traffic, sample }) =>
        `${version} ${role} ${role === 'challenger' ? traffic : ''}${sample ?? ''}`,
    )
    .sort();
}

function followed(wanted: Wanted, start: LoadedVersion[]): { has: LoadedVersion[]; actions: Action[] } {
  let has = start;
  const actions: Action[] = [];
  for (;;) {
    const action = nextAction(wanted, has);
    if (action === null) return { has, actions };
    actions.push(action);
    if (actions.length > 20) throw new Error('it does not come to an end');
    has = after(has, action);
  }
}

describe('the next action of a node', () => {
  it('leads from any node to any wanted state, by calls that a scorer takes', () => {
    fc.assert(
      fc.property(wantedStates, nodes, (wanted, start) => {
        const { has } = followed(wanted, start);
        const expected = [
          `${wanted.primary?.version} primary `,
          ...wanted.challengers.map(({ version, traffic }) => `${version} challenger ${traffic}`),
          ...wanted.shadows.map(({ version, sample = 1 }) => `${version} shadow ${sample}`),
        ].sort();
        expect(served(has)).toEqual(expected);
        for (const one of [wanted.primary, ...wanted.challengers, ...wanted.shadows]) {
          const live = has.find(({ version }) => version === one?.version);
          expect(one !== null && live !== undefined && likeness(one, live)).toBe('same');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('also where the wanted state changes before the node has reached it', () => {
    fc.assert(
      fc.property(wantedStates, wantedStates, nodes, fc.integer({ min: 0, max: 5 }), (first, last, start, steps) => {
        let has = start;
        for (let step = 0; step < steps; step += 1) {
          const action = nextAction(first, has);
          if (action !== null) has = after(has, action);
        }
        const versions = (some: readonly { version: string }[]): string[] => some.map(({ version }) => version).sort();
        const { has: reached } = followed(last, has);
        expect(versions(reached.filter(({ role }) => role === 'challenger'))).toEqual(versions(last.challengers));
        expect(reached.find(({ role }) => role === 'primary')?.version).toBe(last.primary?.version);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes back at once what a rollback takes back, before anything is loaded', () => {
    const wanted: Wanted = { primary: of('1'), challengers: [{ ...of('3'), traffic: 0.1 }], shadows: [] };
    const has = [on('2', 'primary', 1), on('1', 'standby')];
    expect(nextAction(wanted, has)).toEqual({ kind: 'rollback' });
  });

  it('does nothing where no primary is wanted yet', () => {
    expect(nextAction({ primary: null, challengers: [], shadows: [] }, [on('2', 'primary', 1)])).toBeNull();
  });

  it('keeps the standby, and does not touch what has retired', () => {
    const wanted: Wanted = { primary: of('2'), challengers: [], shadows: [] };
    expect(nextAction(wanted, [on('2', 'primary', 1), on('1', 'standby'), on('0', 'retired')])).toBeNull();
  });

  describe('where a version of the wanted name is live', () => {
    const wants = (others: object): Wanted => ({ primary: { ...of('1'), ...others }, challengers: [], shadows: [] });
    const has = [on('2', 'primary', 1), on('1', 'standby', 0, { sha256: 'old', rollout: 'before' })];
    const deploys = expect.objectContaining({ kind: 'deploy', role: { kind: 'primary' } });

    it('does not return to it if it is another model, has another sha256, or came by another roll-out', () => {
      expect(nextAction(wants({ model: 'other' }), has)).toEqual(deploys);
      expect(nextAction(wants({ sha256: 'new' }), has)).toEqual(deploys);
      expect(nextAction(wants({ rollout: 'now' }), has)).toEqual(deploys);
      expect(nextAction(wants({ sha256: 'old', rollout: 'now' }), has)).toEqual({ kind: 'rollback' });
      expect(nextAction(wants({ rollout: 'before' }), has)).toEqual({ kind: 'rollback' });
    });

    it('takes the traffic of a challenger that has another sha256 away at once', () => {
      const challenger = { ...of('3'), sha256: 'new', traffic: 0.1 };
      const old = [on('1', 'primary', 1), on('3', 'challenger', 0.1, { sha256: 'old' })];
      expect(nextAction({ ...wants({}), challengers: [challenger] }, old)).toEqual({ kind: 'retire', version: '3' });
    });

    it('loads a shadow again that should have another sample', () => {
      const shadows = [{ ...of('3'), sample: 0.5 }];
      const old = [on('1', 'primary', 1), on('3', 'shadow')];
      expect(nextAction({ ...wants({}), shadows }, old)).toEqual({ kind: 'retire', version: '3' });
    });
  });
});
