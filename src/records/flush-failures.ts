import { RecordsNotDurableError } from '../errors.js';
import { packageVersion } from '../protocol/hello.js';

/** @param reason in a few words. */
export function notForcedToDisk(reason: string): RecordsNotDurableError {
  return new RecordsNotDurableError(
    `Decisions that were recorded may not outlast this machine: they could not be forced to the disk, because ${reason}. ` +
      'Look at the disk and at the log of the system. Take decisions since the last flush() that resolved as lost if the machine stops, ' +
      'and record to another disk if the next flush() rejects too',
  );
}

/** The thread has ended by itself. @param reason in a few words. */
export function threadEnded(reason: string): RecordsNotDurableError {
  return new RecordsNotDurableError(
    `Decisions are not recorded: the thread that records them has ended, because of: ${reason}. Begin another recording with recordDecisions`,
  );
}

/** The recording was closed, and its sink did not take everything in time. */
export function closedBefore(): RecordsNotDurableError {
  return new RecordsNotDurableError(
    'Decisions may not be recorded: the recording was closed before the sink had taken all of them. Look at what the sink waits for: the alert `records` says it',
  );
}

/** What a thread is reported with that runs a copy of another version. @param version as it said; earlier ones say none. */
export function otherVersion(version: string | undefined): string {
  return `workerFile is a copy of version ${version ?? 'unknown'} of fraud-scorer/records-worker, and this is version ${packageVersion}: copy it again`;
}
