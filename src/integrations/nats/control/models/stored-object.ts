import type { ObjectStore } from '@nats-io/obj';
import { ModelIntegrityError, ModelInvalidError, UnavailableError } from '../../../../errors.js';
import type { Clock } from '../../../../host/clock.js';
import { messageOf } from '../../../../host/thrown.js';

/** So long a download may stand still. The client waits for ever for chunks that are not there. */
const silenceMs = 10_000;

/**
 * The chunks of an object, as they come.
 *
 * @throws {ModelInvalidError} if the store does not have it, or it is a link.
 * @throws {ModelIntegrityError} if the bytes are not those that were stored.
 * @throws {UnavailableError} if the store does not answer, or no chunk comes for 10 s.
 */
export async function* chunksOf(store: ObjectStore, name: string, clock: Clock): AsyncGenerator<Uint8Array> {
  const info = await reached(() => store.info(name));
  // The client would follow it, in circles too.
  if (info?.options?.link !== undefined) {
    throw new ModelInvalidError(`${JSON.stringify(name)}: expected an object in the object store, received a link`);
  }
  const result = info === null ? null : await reached(() => store.get(name));
  if (result === null) {
    throw new ModelInvalidError(`${JSON.stringify(name)}: it should be in the object store, and is not`);
  }
  // Rejects together with the stream, which is read below.
  result.error.catch(() => {});
  const reader = result.data.getReader();
  try {
    for (;;) {
      const { done, value } = await reached(() => withinSilence(reader.read(), name, clock));
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Turns errors of the client into one of this package. Those that say what is wrong with a model stay. */
export async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelInvalidError || error instanceof UnavailableError) throw error;
    const message = messageOf(error);
    if (message.includes('digests do not match'))
      throw new ModelIntegrityError(`The object store has a damaged object: ${message}`, { cause: error });
    throw new UnavailableError(`The object store did not answer: ${message}`, { cause: error });
  }
}

/** Rejects if a chunk takes too long. */
async function withinSilence<T>(read: Promise<T>, name: string, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = clock.background(silenceMs, () =>
      reject(new UnavailableError(`${JSON.stringify(name)}: no bytes came for ${silenceMs} ms`)),
    );
    read.then(resolve, reject).finally(() => timer.clear());
  });
}
