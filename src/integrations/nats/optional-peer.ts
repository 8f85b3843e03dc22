import { InvalidOptionsError } from '../../errors.js';
import { codeOf } from '../../host/thrown.js';

/**
 * Loads a client of NATS. They are loaded late, because a host installs only those that it needs.
 *
 * @param load imports it. It is written out where it is called, because bundlers look for it.
 * @throws {InvalidOptionsError} that says what to install.
 */
export async function loadPeer<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(codeOf(error) ?? '')) throw error;
    const received = `none that can be loaded from where fraud-scorer is (npm install ${name})`;
    throw new InvalidOptionsError([{ path: name, expected: 'this package to be installed', received }], 1, {
      cause: error,
    });
  }
}
