import type { KvEntry } from '@nats-io/kv';
import { beforeEach, describe, expect, it } from 'vitest';
import { SameId } from '../../../../src/integrations/nats/control/follow/same-id.js';
import { encodeReport } from '../../../../src/integrations/nats/control/node-report.js';

describe('a node that looks for another with its id', () => {
  const logged: string[] = [];
  const log = (message: string): void => {
    logged.push(message);
  };
  const logger = { debug: log, info: log, warn: log, error: log };
  let node: SameId;

  beforeEach(() => {
    logged.length = 0;
    node = new SameId({ id: 'a', incarnation: 'own', logger });
  });

  it('does not take the report of the process before it for one', () => {
    node.look(entry('before', 7), 0);
    // Its first report could not be written, so that the old one is still there.
    node.look(entry('before', 7), 1_000);
    node.reported(8);
    // A replica that is behind.
    node.look(entry('before', 7), 2_000);
    node.look(entry('own', 8), 3_000);
    expect(node.error).toBeNull();
    expect(logged).toEqual([]);
  });

  it('says so once, and until the other one has not reported for 5 s', () => {
    node.reported(8);
    for (const second of [1, 2, 3]) node.look(entry('other', 8 + second), second * 1_000);
    expect(node.error).toMatchObject({ version: null, code: 'ERR_SAME_ID' });
    node.look(entry('own', 12), 8_000);
    expect(node.error).not.toBeNull();
    node.look(entry('own', 12), 8_001);
    expect(node.error).toBeNull();
    expect(logged).toEqual(['Fleet: another node reports as a too: give each its own id']);
  });

  it('passes over what is no report', () => {
    node.reported(8);
    node.look({ ...entry('other', 9), operation: 'DEL' }, 0);
    node.look({ ...entry('other', 9), value: new TextEncoder().encode('{}') }, 0);
    node.look(null, 0);
    expect(node.error).toBeNull();
  });
});

function entry(incarnation: string, revision: number): KvEntry {
  const nothing = { reached: null, versions: [], loading: null, error: null, refused: 0 };
  const value = encodeReport({ id: 'a', revision: 1, ...nothing, incarnation }, null, []);
  return {
    ...{ bucket: 'fraud-scorer-nodes', key: 'node.default.a', rawKey: 'node.default.a', value, created: new Date(0) },
    ...{ revision, operation: 'PUT', length: value.length, json: <T>() => ({}) as T, string: () => '' },
  };
}
