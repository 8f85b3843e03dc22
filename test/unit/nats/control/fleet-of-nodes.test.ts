import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ModelInvalidError } from '../../../../src/errors.js';
import { Obedience } from '../../../../src/integrations/nats/control/follow/obedience.js';
import { afterReports } from '../../../../src/integrations/nats/control/lead/rollout-verdict.js';
import type { NodeReport } from '../../../../src/integrations/nats/control/node-report.js';
import * as commands from '../../../../src/integrations/nats/control/state/commands.js';
import { readFleetDeployOptions } from '../../../../src/integrations/nats/control/state/deploy-order.js';
import { emptyState, type FleetState } from '../../../../src/integrations/nats/control/state/fleet-state.js';
import { wantedOf } from '../../../../src/integrations/nats/control/state/wanted.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { filesOf, live, StandInScorer } from './stand-in-scorer.js';

/** A node without NATS. */
class SimulatedNode {
  readonly scorer = new StandInScorer([live('1')], {}, true);
  readonly clock = new FakeClock();
  readonly #obedience: Obedience;
  #revision = 0;

  /** @param broken the version that this node cannot load. @param contents says which files a version has now. */
  constructor(
    readonly id: string,
    broken: string,
    contents: (version: string) => string,
  ) {
    this.#obedience = new Obedience({
      ...{ scorer: this.scorer, hook: this.scorer, clock: this.clock },
      find: async ({ version }) => {
        if (version === broken) throw new ModelInvalidError('it is damaged');
        return filesOf(contents(version));
      },
      onChange: () => {},
      onClosed: () => {},
    });
  }

  want(state: FleetState, revision: number): void {
    this.#revision = revision;
    this.#obedience.want(state, revision);
  }

  async quiet(): Promise<void> {
    for (let round = 0; round < 6; round += 1) {
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      this.clock.turn();
    }
    this.clock.advance(70_000);
    this.#obedience.pursue();
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }

  failOver(): void {
    if (this.scorer.models().some(({ role }) => role === 'standby')) this.scorer.failOver('it fails');
  }

  get report(): NodeReport {
    const { reached, versions, loading, error } = this.#obedience;
    return { id: this.id, revision: this.#revision, reached, versions, loading, error, refused: 0 };
  }
}

const version = fc.constantFrom('1', '2', '3', '4');
type Change = (state: FleetState, id: string) => FleetState;
const options = fc.record({ version, traffic: fc.constantFrom(1, 0.1, 0.6, 'shadow' as const) });
const command: fc.Arbitrary<Change> = fc.oneof(
  version.map(
    (name): Change =>
      (state, id) =>
        commands.promoted(state, name, id),
  ),
  version.map(
    (name): Change =>
      (state) =>
        commands.retired(state, name),
  ),
  fc.constant<Change>((state) => commands.rolledBack(state)),
);
const event = fc.oneof(
  { weight: 3, arbitrary: options.map((given) => ({ kind: 'deploy' as const, given, isChanged: false })) },
  { weight: 1, arbitrary: options.map((given) => ({ kind: 'deploy' as const, given, isChanged: true })) },
  { weight: 3, arbitrary: command.map((change) => ({ kind: 'command' as const, change })) },
  { weight: 1, arbitrary: fc.nat(2).map((node) => ({ kind: 'failOver' as const, node })) },
);

it('a fleet settles after each command: its roll-out ends, and all nodes serve what its files contain, or say why not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 30 }),
      fc.array(fc.constantFrom('none', '2', '3', '4'), { minLength: 3, maxLength: 3 }),
      async (events, broken) => {
        const files = new Map<string, number>();
        const contents = (name: string): string => (files.get(name) ? `${name} ${files.get(name)}` : name);
        const nodes = broken.map((name, index) => new SimulatedNode('abc'[index] ?? '', name, contents));
        let revision = 0;
        let state: FleetState = emptyState;
        const settle = async (next: FleetState): Promise<void> => {
          state = next;
          revision += 1;
          for (const node of nodes) node.want(state, revision);
          for (const node of nodes) await node.quiet();
          const led = afterReports(
            state,
            revision,
            nodes.map(({ report }) => report),
          );
          if (led !== state) await settle(led);
        };
        /** @returns false if the command was refused. */
        const obey = async (change: Change): Promise<boolean> => {
          try {
            await settle(change(state, `${revision + 1}`));
            return true;
          } catch (error) {
            if (error instanceof Error && 'code' in error) return false;
            throw error;
          }
        };
        await settle(commands.deployed(state, readFleetDeployOptions({ model: 'cards', version: '1' }), 'first'));
        for (const one of events) {
          if (one.kind === 'failOver') {
            nodes[one.node]?.failOver();
            await nodes[one.node]?.quiet();
          }
          if (one.kind === 'command') await obey(one.change);
          if (one.kind === 'deploy') {
            const { version: name } = one.given;
            const before = files.get(name) ?? 0;
            if (one.isChanged) files.set(name, before + 1);
            const order = readFleetDeployOptions({ model: 'cards', ...one.given });
            const isObeyed = await obey((now, id) => commands.deployed(now, order, id));
            // Else the state may still name the version with the files that it had.
            if (!isObeyed || state.rollout?.state === 'failed') files.set(name, before);
          }
        }
        expect(state.rollout?.state).not.toBe('loading');
        const { primary, challengers, shadows } = wantedOf(state);
        const roles = [...challengers, ...shadows].map((one) => one.version).sort();
        for (const { report, scorer } of nodes) {
          const own = scorer.models().filter(({ role }) => role !== 'standby' && role !== 'primary');
          // A version that took over in a failover stays the primary of its node.
          const held = report.error?.code === 'FAILED_OVER' ? scorer.models()[0]?.version : undefined;
          expect(own.map((one) => one.version).sort()).toEqual(roles.filter((name) => name !== held));
          if (held !== undefined) expect(report.reached).not.toBe(revision);
          else {
            expect(report).toMatchObject({ reached: revision, error: null });
            expect(scorer.models()[0]).toMatchObject({ version: primary?.version, role: 'primary' });
          }
        }
        for (const { scorer } of nodes.filter(({ report }) => report.error === null)) {
          for (const one of scorer.models().filter(({ role }) => role !== 'standby')) {
            expect(one.sha256).toBe(filesOf(contents(one.version)).sha256);
          }
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
