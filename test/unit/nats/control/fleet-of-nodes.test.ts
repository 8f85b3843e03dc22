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
const command: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ version, traffic: fc.constantFrom(1, 0.1, 0.6, 'shadow' as const) }).map(
    (options): Change =>
      (state, id) =>
        commands.deployed(state, readFleetDeployOptions({ model: 'cards', ...options }), id),
  ),
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
  { weight: 4, arbitrary: command.map((change) => ({ kind: 'command' as const, change })) },
  { weight: 1, arbitrary: fc.nat(2).map((node) => ({ kind: 'failOver' as const, node })) },
  { weight: 1, arbitrary: version.map((name) => ({ kind: 'newFiles' as const, name })) },
);

function namesIn({ primary, previous, challengers, shadows }: FleetState): (string | undefined)[] {
  return [primary, previous, ...challengers, ...shadows].map((one) => one?.version);
}

it('a fleet settles after each command: its roll-out ends, and all nodes serve the same contents, or say why not', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 30 }),
      fc.array(fc.constantFrom('none', '2', '3', '4'), { minLength: 3, maxLength: 3 }),
      async (events, broken) => {
        const files = new Map<string, number>();
        const contents = (name: string): string =>
          [name, files.get(name)].filter((part) => part !== undefined).join(' ');
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
        await settle(commands.deployed(state, readFleetDeployOptions({ model: 'cards', version: '1' }), 'first'));
        for (const one of events) {
          if (one.kind === 'failOver') {
            nodes[one.node]?.failOver();
            await nodes[one.node]?.quiet();
          }
          // Nobody changes the files of a version in the state, which says nothing of their contents here.
          else if (one.kind === 'newFiles') {
            if (!namesIn(state).includes(one.name)) files.set(one.name, (files.get(one.name) ?? 0) + 1);
          } else {
            try {
              await settle(one.change(state, `${revision + 1}`));
            } catch (error) {
              if (!(error instanceof Error && 'code' in error)) throw error;
            }
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
        const serving = nodes
          .filter(({ report }) => report.error === null)
          .map(({ scorer }) =>
            scorer
              .models()
              .filter(({ role }) => role !== 'standby')
              .map(({ sha256 }) => sha256)
              .sort(),
          );
        for (const one of serving) expect(one).toEqual(serving[0]);
      },
    ),
    { numRuns: 1_000 },
  );
});
