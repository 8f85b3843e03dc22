import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as commands from '../../../../src/integrations/nats/control/state/commands.js';
import { readFleetDeployOptions } from '../../../../src/integrations/nats/control/state/deploy-order.js';
import { emptyState, type FleetState } from '../../../../src/integrations/nats/control/state/fleet-state.js';
import { policyOf } from '../../../../src/integrations/nats/control/state/policy-of.js';
import { encodeState, readState } from '../../../../src/integrations/nats/control/state/read-state.js';
import { wantedOf } from '../../../../src/integrations/nats/control/state/wanted.js';

const deploy = (state: FleetState, options: Parameters<typeof readFleetDeployOptions>[0]): FleetState =>
  commands.deployed(state, readFleetDeployOptions({ model: 'cards', ...options }), 'id');
const done = commands.rolloutDone;
const failure = { node: 'a', code: 'ERR_MODEL_INVALID', reason: 'it is damaged' };

const version = fc.constantFrom('1', '2', '3', '4');
const command: fc.Arbitrary<(state: FleetState) => FleetState> = fc.oneof(
  fc
    .record({ version, traffic: fc.constantFrom(1, 0.1, 0.6, 'shadow' as const) })
    .map((options) => (state: FleetState) => deploy(state, options)),
  version.map((name) => (state: FleetState) => deploy(state, { version: name, canary: { steps: [0.05, 0.25, 1] } })),
  version.map((name) => (state: FleetState) => commands.promoted(state, name, 'id')),
  version.map((name) => (state: FleetState) => commands.retired(state, name)),
  fc.record({ version, share: fc.constantFrom(0, 0.2, 0.7) }).map(
    ({ version: name, share }) =>
      (state: FleetState) =>
        commands.trafficSet(state, new Map([[name, share]])),
  ),
  fc.constant(commands.rolledBack),
  fc.constant(done),
  fc.constant((state: FleetState) => commands.takenBack(state, failure)),
);

/** Obeys the commands that are allowed, as a fleet does: one that is refused, or whose result is not valid, changes nothing. */
function obeyed(all: readonly ((state: FleetState) => FleetState)[], start: FleetState = emptyState): FleetState {
  let state = start;
  for (const next of all) {
    try {
      const after = next(state);
      encodeState(after);
      state = after;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
  return state;
}

describe('commands for a fleet', () => {
  it('lead to states that can be read again as they were written', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (all) => {
        const state = obeyed(all);
        expect(readState(encodeState(state))).toEqual({ state });
      }),
      { numRuns: 1_000 },
    );
  });

  it('never lose the primary, and take back a roll-out to what nodes had before it', () => {
    fc.assert(
      fc.property(
        fc.array(command, { maxLength: 20 }),
        version,
        fc.constantFrom(1, 0.1, 'shadow' as const),
        (all, name, traffic) => {
          const state = done(obeyed(all, done(deploy(emptyState, { version: '1' }))));
          expect(state.primary).not.toBeNull();
          const after = obeyed([(before) => deploy(before, { version: name, traffic })], state);
          if (after === state) return;
          const back = commands.takenBack(after, failure);
          expect(wantedOf(back)).toEqual(wantedOf(state));
          expect(back.previous).toEqual(state.previous);
          expect(back.rollout).toMatchObject({ state: 'failed', node: 'a', code: 'ERR_MODEL_INVALID' });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('refuse a second roll-out during one, and roll that one back', () => {
    const first = done(deploy(emptyState, { version: '1' }));
    const second = deploy(first, { version: '2', canary: {} });
    expect(() => deploy(second, { version: '3' })).toThrow(/no roll-out that is still loading/);
    const back = commands.rolledBack(second);
    expect(back).toMatchObject({
      primary: { version: '1' },
      canary: { state: 'aborted' },
      rollout: { state: 'failed' },
    });
    expect(wantedOf(back).challengers).toEqual([]);
  });

  it('withdraw a running canary by a rollback, and only then return to the version before', () => {
    const first = done(deploy(emptyState, { version: '1' }));
    for (const state of [first, done(deploy(first, { version: '2' }))]) {
      const canary = done(deploy(state, { version: '3', canary: {} }));
      const back = commands.rolledBack(canary);
      expect(back).toMatchObject({ canary: { version: '3', state: 'aborted', reason: 'it was rolled back by hand' } });
      expect(wantedOf(back)).toEqual(wantedOf(state));
      expect(back.previous).toEqual(state.previous);
    }
    const second = done(
      deploy(done(deploy(done(deploy(emptyState, { version: '1' })), { version: '2' })), { version: '3', canary: {} }),
    );
    const loading = deploy(second, { version: '4', traffic: 'shadow' });
    expect(commands.rolledBack(loading)).toMatchObject({ rollout: { state: 'failed' }, canary: { state: 'running' } });
    expect(commands.rolledBack(commands.rolledBack(second))).toMatchObject({ primary: { version: '1' } });
    // This names the version, so it means the primary.
    expect(commands.promoted(second, '1', 'id')).toMatchObject({
      primary: { version: '1' },
      canary: { state: 'running' },
    });
  });

  it('swap the primary and the version before', () => {
    const state = done(deploy(done(deploy(emptyState, { version: '1' })), { version: '2' }));
    const back = commands.rolledBack(state);
    expect(back).toMatchObject({ primary: { version: '1' }, previous: { version: '2' } });
    expect(commands.rolledBack(back)).toEqual(state);
  });

  it('put a promoted shadow back where a node cannot load it as the primary', () => {
    const state = done(
      deploy(done(deploy(emptyState, { version: '1' })), { version: '2', traffic: 'shadow', sample: 0.5 }),
    );
    const promoted = commands.promoted(state, '2', 'other');
    expect(wantedOf(promoted)).toMatchObject({ primary: { version: '2' }, shadows: [] });
    expect(wantedOf(commands.takenBack(promoted, failure))).toEqual(wantedOf(state));
  });

  it('set thresholds for all versions, also where a version had its own', () => {
    const own = { blockProbability: 0.6, reviewRisk: 0.3 };
    const first = done(deploy(emptyState, { version: '1', policy: own }));
    const second = deploy(done(deploy(first, { version: '3', traffic: 0.1, policy: own })), {
      version: '2',
      policy: own,
    });
    const thresholds = (state: FleetState) => ['1', '2', '3'].map((name) => policyOf(state, name));
    expect(thresholds(second)).toEqual([own, own, own]);
    const set = commands.policySet(second, { blockProbability: 0.9 });
    const both = { blockProbability: 0.9, reviewRisk: 0.3 };
    expect(thresholds(set)).toEqual([both, both, both]);
    expect(thresholds(commands.takenBack(set, failure))).toEqual([both, { blockProbability: 0.9 }, both]);
    expect(thresholds(commands.rolledBack(done(set)))).toEqual([both, both, both]);
    const again = deploy(done(set), { version: '4', traffic: 'shadow', policy: { blockProbability: 0.7 } });
    expect(policyOf(again, '4')).toEqual({ blockProbability: 0.7 });
    expect(policyOf(again, 'unknown')).toEqual({ blockProbability: 0.9 });
    expect(commands.policySet(second, {})).toEqual(second);
  });

  it('give the version before the role of the primary by its name, but not during a roll-out', () => {
    const state = done(deploy(done(deploy(emptyState, { version: '1' })), { version: '2' }));
    expect(commands.promoted(state, '1', 'id')).toEqual(commands.rolledBack(state));
    for (const traffic of [1, 0.1, 'shadow'] as const) {
      const loading = deploy(state, { version: '3', traffic });
      const before = loading.previous?.version ?? '';
      expect(() => commands.promoted(loading, before, 'id')).toThrow(/no roll-out that is still loading/);
    }
  });

  it('name what is wrong', () => {
    const state = done(deploy(emptyState, { version: '1' }));
    expect(() => commands.deployed(emptyState, readFleetDeployOptions({ version: '1' }), 'id')).toThrow(
      /model: expected the name of the model/,
    );
    expect(() => deploy(state, { version: '1' })).toThrow(/"1", the primary$/);
    for (const how of [{ canary: {} }, { traffic: 'shadow' as const }, { traffic: 0.1 }]) {
      expect(() => deploy(emptyState, { version: '2', ...how })).toThrow(
        /traffic: expected 1, as the fleet has no primary yet, .*first deploy\(\{ model, version \}\) what the nodes serve/,
      );
      const twice = done(deploy(state, { version: '2', ...how }));
      expect(() => deploy(twice, { version: '2' })).toThrow(/"2", the \w+ \(promote or retire it\)$/);
    }
    const canary = done(deploy(state, { version: '2', canary: {} }));
    expect(() => deploy(canary, { version: '3', canary: {} })).toThrow(
      /canary: expected one canary at a time, .*"2" has not ended \(promote or retire it\)$/,
    );
    expect(() => commands.retired(state, '1')).toThrow(/not the primary/);
    expect(() => commands.retired(state, '7')).toThrow(/the fleet has no "7"; there are "1"/);
    expect(() => commands.rolledBack(state)).toThrow(
      /^rollback: there is nothing to go back to: no roll-out or canary is under way, and no version was the primary before "1"/,
    );
    expect(() => commands.rolledBack(emptyState)).toThrow(/nothing to go back to: .* the fleet has no primary yet/);
    expect(() => deploy(state, { version: '../1' })).toThrow(/version: expected the name of a folder/);
    expect(() => deploy(state, { version: '2', canary: { stepMs: Number.POSITIVE_INFINITY } })).toThrow(
      /canary.stepMs: expected a finite number/,
    );
    expect(() => deploy(state, { version: '2', traffic: 2 })).toThrow(/traffic: expected 1, a share/);
  });
});

describe('an entry of the bucket', () => {
  const read = (text: string) => readState(new TextEncoder().encode(text));

  it('is refused with the reason where it is not a state', () => {
    expect(read('{ not JSON')).toEqual({ problem: 'expected JSON, received something else' });
    expect(readState(Uint8Array.of(0xff, 0xfe))).toEqual({ problem: 'expected JSON, received something else' });
    expect(readState(new Uint8Array(1 << 20))).toMatchObject({ problem: expect.stringMatching(/at most 65536 bytes/) });
    expect(read('[]')).toMatchObject({ problem: expect.stringMatching(/^state: expected an object/) });
    expect(read('null')).toMatchObject({ problem: expect.stringMatching(/^state: expected an object/) });
    expect(read('{"primary":{"model":"cards","version":"../../etc"}}')).toMatchObject({
      problem: expect.stringMatching(/state.primary.version: expected the name of a folder/),
    });
    expect(read('{"primry":null}')).toMatchObject({ problem: expect.stringMatching(/primry.*unknown field/) });
    expect(read('{"challengers":[{"model":"cards","version":"2","traffic":0.1}]}')).toMatchObject({
      problem: expect.stringMatching(/state.primary: expected a version/),
    });
  });

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void readState(bytes)));
    fc.assert(
      fc.property(
        fc.json(),
        fc.constantFrom('primary', 'challengers', 'canary', 'rollout', 'policy', 'shadows'),
        (json, name) => {
          void read(`{"${name}":${json}}`);
        },
      ),
    );
  });
});
