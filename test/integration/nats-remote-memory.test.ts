import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { Decision } from '../../src/index.js';
import { RemoteScorer } from '../../src/integrations/nats/index.js';
import { NatsServer } from '../support/nats-server.js';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

it('a connection that stays does not keep remote scorers that were closed', async () => {
  const server = await NatsServer.start();
  const connection = await server.connect();
  // All parts of a scorer lead to its fallback.
  const fallbacks: WeakRef<() => Decision>[] = [];
  const openAndClose = async (): Promise<void> => {
    const fallback = (): Decision => 'REVIEW';
    const remote = await RemoteScorer.connect(connection, { fallback });
    expect(await remote.score({ features: {} })).toMatchObject({ source: 'fallback', error: 'ERR_UNAVAILABLE' });
    await remote.close();
    fallbacks.push(new WeakRef(fallback));
  };
  for (let count = 0; count < 5; count += 1) await openAndClose();
  await expect
    .poll(
      () => {
        collect();
        return fallbacks.filter((fallback) => fallback.deref() !== undefined).length;
      },
      { timeout: 10_000 },
    )
    .toBe(0);
  await connection.close();
  await server.stop();
}, 30_000);
