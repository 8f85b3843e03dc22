import { OutOfResourcesError } from '../errors.js';
import { addressSpace, dataMemory, memoryLeftMb } from '../host/memory-limits.js';

/** The memory that a thread needs with a small model, in MB. The JavaScript engine aborts the process if it cannot get it. */
const needs = [
  { limit: addressSpace, mb: 640 },
  { limit: dataMemory, mb: 64 },
];

/**
 * Checks whether a process with limited memory has room for these threads.
 *
 * @throws {OutOfResourcesError} if it has not.
 */
export function requireRoomForThreads(threads: number): void {
  for (const { limit, mb } of needs) {
    const leftMb = memoryLeftMb(limit);
    if (leftMb === null || leftMb >= threads * mb) continue;
    const what = threads === 1 ? 'A worker thread' : `${threads} worker threads`;
    const room = `${Math.max(Math.floor(leftMb), 0)} MB are left and ${threads * mb} are needed`;
    throw new OutOfResourcesError(
      `${what} could not be started: out of ${limit.what}, of which ${room}: raise its limit (${limit.command}), or lower workers`,
    );
  }
}
