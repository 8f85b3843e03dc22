import { OutOfResourcesError } from '../errors.js';
import { addressSpaceLeftMb } from './address-space.js';

/** What a thread takes of the address space, mostly for its JavaScript engine, which aborts the process where it cannot have it. */
const neededMb = 640;

/**
 * Looks whether the address space, where it is limited, has room for threads.
 *
 * @throws {OutOfResourcesError} where it has not.
 */
export function requireRoomForThreads(threads: number): void {
  const leftMb = addressSpaceLeftMb();
  const wantedMb = threads * neededMb;
  if (leftMb === null || leftMb >= wantedMb) return;
  const what = threads === 1 ? 'A worker thread' : `${threads} worker threads`;
  const room = `${Math.max(Math.floor(leftMb), 0)} MB are left and ${wantedMb} are needed`;
  throw new OutOfResourcesError(
    `${what} could not be started: out of address space, of which ${room}: raise its limit (ulimit -v), or lower workers`,
  );
}
