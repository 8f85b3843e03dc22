import { describe, expect, it } from 'vitest';
import { logFollowed } from '../../../../src/integrations/nats/control/follow/follow-log.js';
import { logDecision } from '../../../../src/integrations/nats/control/lead/lead-log.js';
import { afterVerdict } from '../../../../src/integrations/nats/control/state/canary-verdict.js';
import * as commands from '../../../../src/integrations/nats/control/state/commands.js';
import { readFleetDeployOptions } from '../../../../src/integrations/nats/control/state/deploy-order.js';
import { emptyState, type FleetState } from '../../../../src/integrations/nats/control/state/fleet-state.js';

const deploy = (state: FleetState, options: Parameters<typeof readFleetDeployOptions>[0]): FleetState =>
  commands.deployed(state, readFleetDeployOptions({ model: 'cards', ...options }), 'id');
const first = commands.rolloutDone(deploy(emptyState, { version: '1' }));
const loading = deploy(first, { version: '2', canary: { steps: [0.05, 0.25, 1] } });
const canary = commands.rolloutDone(loading);

function logged(log: (logger: Parameters<typeof logDecision>[0]) => void): unknown[] {
  const lines: unknown[] = [];
  const to = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    lines.push({ level, message, ...fields });
  log({ info: to('info'), warn: to('warn'), error: to('error') });
  return lines;
}
const decided = (before: FleetState, after: FleetState) => logged((logger) => logDecision(logger, before, after, 7));

describe('the log of a fleet', () => {
  it('has the steps and the end of a canary', () => {
    const step = afterVerdict(canary, { kind: 'step', step: 1, share: 0.25 }, 0);
    expect(decided(canary, step)).toMatchObject([{ level: 'info', version: '2', step: 2, share: 0.25, revision: 7 }]);
    expect(decided(step, afterVerdict(step, { kind: 'promote' }, 0))).toMatchObject([
      { level: 'info', message: 'Fleet: the canary was promoted', version: '2' },
    ]);
    expect(
      decided(
        step,
        afterVerdict(step, { kind: 'abort', reason: 'it fails', guard: 'maxErrorRate', seen: 1, allowed: 0 }, 0),
      ),
    ).toMatchObject([{ level: 'warn', message: 'Fleet: the canary was aborted', version: '2', reason: 'it fails' }]);
    expect(decided(canary, afterVerdict(canary, { kind: 'waiting', reason: 'few requests' }, 0))).toEqual([]);
  });

  it('has the end of a roll-out', () => {
    expect(decided(loading, canary)).toMatchObject([{ level: 'info', message: 'Fleet: the roll-out is done' }]);
    const failed = commands.takenBack(loading, { node: 'a', code: 'ERR_MODEL_INVALID', reason: 'it is damaged' });
    expect(decided(loading, failed)).toMatchObject([
      { level: 'warn', message: 'Fleet: the roll-out has failed', node: 'a', code: 'ERR_MODEL_INVALID' },
      { level: 'warn', message: 'Fleet: the canary was aborted', reason: 'it is damaged' },
    ]);
  });

  it('has the versions that a node is about to serve, once', () => {
    const followed = (before: FleetState, state: FleetState) =>
      logged((logger) => logFollowed(logger, before, { state, revision: 7 }));
    expect(followed(first, loading)).toMatchObject([
      { level: 'info', revision: 7, primary: '1', challengers: ['2: 0.05'], shadows: [] },
    ]);
    expect(followed(loading, canary)).toEqual([]);
    expect(followed(emptyState, emptyState)).toEqual([]);
  });
});
