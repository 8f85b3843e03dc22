import { describe, expect, it } from 'vitest';
import { fleetText, nodesText } from '../../../src/cli/fleet/fleet-text.js';
import * as commands from '../../../src/integrations/nats/control/state/commands.js';
import { readFleetDeployOptions } from '../../../src/integrations/nats/control/state/deploy-order.js';
import { emptyState, type FleetState } from '../../../src/integrations/nats/control/state/fleet-state.js';

const deploy = (state: FleetState, version: string): FleetState =>
  commands.deployed(state, readFleetDeployOptions({ model: 'cards', version }), 'id');

describe('the text of a fleet', () => {
  it('says that the version of the last roll-out is not the primary any more', () => {
    const state = commands.rolloutDone(deploy(commands.rolloutDone(deploy(emptyState, '1')), '3'));
    expect(fleetText('cards', { state, revision: 4 }, [])).toMatch(
      /^Fleet cards, revision 4\n[\s\S]*3 as primary: done *│/,
    );
    const back = commands.rolledBack(state);
    expect(fleetText('cards', { state: back, revision: 5 }, [])).toMatch(
      /last roll-out │ 3 as primary: done; since then 1 has become the primary/,
    );
  });

  it('is at most 100 characters wide, and has all of a long reason', () => {
    const path = `/srv/${'models/'.repeat(20)}model.json`;
    const error = { version: '2', code: 'ERR_MODEL_INVALID', message: `${'no such version '.repeat(20)} ${path}` };
    const loading = deploy(commands.rolloutDone(deploy(emptyState, '1')), '2');
    const state = commands.takenBack(loading, { node: 'a', code: error.code, reason: error.message });
    const id = '00000000-0000-4000-8000-000000000000';
    const node = { id, revision: 4, reached: null, versions: [], loading: null, error, refused: 0 };
    const text = fleetText('cards', { state, revision: 4 }, [node]);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    const bare = (table: string) => table.replace(/[\s│]/g, '');
    expect(bare(text).split('model.json')).toHaveLength(3);
    expect(text).not.toContain('…');
    expect(nodesText([node], null)).toMatch(/│ no /);
  });
});
