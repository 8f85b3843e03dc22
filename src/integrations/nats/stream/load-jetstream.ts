import { InvalidOptionsError } from '../../../errors.js';

/** The module `@nats-io/jetstream`. */
export type JetStreamModule = typeof import('@nats-io/jetstream');

/**
 * Loaded late, because a host that only serves requests does not need it.
 *
 * @throws {InvalidOptionsError} if it is not installed.
 */
export async function loadJetStream(): Promise<JetStreamModule> {
  try {
    return await import('@nats-io/jetstream');
  } catch (error) {
    const expected = 'the package @nats-io/jetstream: run "npm install @nats-io/jetstream"';
    throw new InvalidOptionsError([{ path: 'stream', expected, received: 'none that can be loaded' }], 1, {
      cause: error,
    });
  }
}
