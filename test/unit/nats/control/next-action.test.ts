import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Action,
  type LiveDeployment,
  nextAction,
} from '../../../../src/integrations/nats/control/follow/next-action.js';
import type { Wanted } from '../../../../src/integrations/nats/control/state/wanted.js';

const names = ['1', '2', '3', '4', '5'];
const of = (version: string) => ({ model: 'cards', version });

/** What a node does with an action, by the rules in docs/deployments.md. Fails where a scorer would refuse. */
function after(has: readonly LiveDeployment[], action: Action): LiveDeployment[] {
  const primary = has.find(({ role }) => role === 'primary');
  const find = (version: string): LiveDeployment => {
    const found = has.find((one) => one.version === version);
    if (found === undefined) throw new Error(`${version} is not live`);
    return found;
  };
  const replace = (version: string): LiveDeployment[] =>
    has
      .filter(({ role, version: other }) => role !== 'standby' && other !== version && role !== 'primary')
      .concat(
        { version, role: 'primary', traffic: 0 },
        primary === undefined ? [] : { ...primary, role: 'standby', traffic: 0 },
      );
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
      const { version } = action.version;
      if (has.some((one) => one.version === version)) throw new Error(`${version} is live already`);
      if (action.role.kind === 'primary') return replace(version);
      if (action.role.kind === 'shadow') return [...has, { version, role: 'shadow', traffic: 0 }];
      const challengers = has.filter(({ role }) => role === 'challenger');
      if (challengers.length === 2) throw new Error('there are two challengers already');
      const sum = challengers.reduce((total, { traffic }) => total + traffic, action.role.traffic);
      if (sum > 1 + 2e-9) throw new Error('the shares exceed 1');
      return [...has, { version, role: 'challenger', traffic: action.role.traffic }];
    }
  }
}

const shares = fc.constantFrom(0, 0.05, 0.25, 0.5);
const wantedStates: fc.Arbitrary<Wanted> = fc
  .record({
    order: fc.shuffledSubarray(names, { minLength: 1 }),
    challengers: fc.array(shares, { maxLength: 2 }),
    shadows: fc.integer({ min: 0, max: 2 }),
  })
  .map(({ order: [primary = '1', ...others], challengers, shadows }) => ({
    primary: of(primary),
    challengers: others
      .slice(0, challengers.length)
      .map((version, at) => ({ ...of(version), traffic: challengers[at] ?? 0 })),
    shadows: others.slice(challengers.length).slice(0, shadows).map(of),
  }));
const nodes: fc.Arbitrary<LiveDeployment[]> = fc
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
  })
  .map(({ order: [primary = '1', ...others], roles, share }) => [
    { version: primary, role: 'primary', traffic: 1 },
    ...roles
      .slice(0, others.length)
      .map((role, at) => ({ version: others[at] ?? '', role, traffic: role === 'challenger' ? share : 0 })),
  ]);

/** The roles and shares that matter: a standby is kept or not. */
function served(has: readonly LiveDeployment[]): string[] {
  return has
    .filter(({ role }) => role !== 'standby')
    .map(({ version, role, traffic }) => `${version} ${role} ${role === 'challenger' ? traffic : ''}`)
    .sort();
}

function followed(wanted: Wanted, start: LiveDeployment[]): { has: LiveDeployment[]; actions: Action[] } {
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
          ...wanted.shadows.map(({ version }) => `${version} shadow `),
        ].sort();
        expect(served(has)).toEqual(expected);
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
    const has = [
      { version: '2', role: 'primary', traffic: 1 },
      { version: '1', role: 'standby', traffic: 0 },
    ];
    expect(nextAction(wanted, has)).toEqual({ kind: 'rollback' });
  });

  it('does nothing where no primary is wanted yet', () => {
    const has = [{ version: '2', role: 'primary', traffic: 1 }];
    expect(nextAction({ primary: null, challengers: [], shadows: [] }, has)).toBeNull();
  });

  it('keeps the standby, and does not touch what has retired', () => {
    const wanted: Wanted = { primary: of('2'), challengers: [], shadows: [] };
    const has = [
      { version: '2', role: 'primary', traffic: 1 },
      { version: '1', role: 'standby', traffic: 0 },
      { version: '0', role: 'retired', traffic: 0 },
    ];
    expect(nextAction(wanted, has)).toBeNull();
  });
});
