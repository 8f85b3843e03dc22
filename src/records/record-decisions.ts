import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DecisionRecorder, RecordsOptions } from '../api/records.js';
import { ClosedError, InvalidOptionsError } from '../errors.js';
import { systemClock } from '../host/clock.js';
import { outOfResources } from '../host/out-of-resources.js';
import { recordsHookOf } from './host/records-hook.js';
import { indexEarlierFiles } from './index-earlier-files.js';
import { resolveRecords } from './options.js';
import type { ResolvedFileSink } from './protocol.js';
import { DecisionFinder } from './read/find-decision.js';
import { Recorder } from './recorder.js';

/** A scorer whose decisions can be recorded: a `FraudScorer`. */
export interface RecordableScorer {
  /** @internal Any scorer has it. */
  summary(): unknown;
}

const labelsMissCompressed =
  'Labels of later processes will find no decisions in these files, because they are compressed: leave out gzip, or give recordOutcome the decision and its version';

/**
 * Records the decisions of a scorer from now on: what was decided, by which model and policy, on which input, so that each can be shown, explained
 * and computed again. One recording at a time for each scorer. `scorer.close()` ends it.
 *
 * @example
 * const recorder = recordDecisions(scorer, { sink: { directory: 'decisions' }, mask: { key: process.env.RECORDS_KEY } });
 *
 * @param scorer a `FraudScorer`.
 * @throws {InvalidOptionsError} where an option is not as documented, the directory cannot be written to, or the scorer's decisions are recorded already.
 * @throws {ClosedError} where the scorer is closed or closing.
 * @throws {OutOfResourcesError} where there is no memory or thread left.
 */
export function recordDecisions(scorer: RecordableScorer, options: RecordsOptions): DecisionRecorder {
  const hook = typeof scorer === 'object' && scorer !== null ? recordsHookOf(scorer) : null;
  if (hook === null) throw invalid('scorer', 'a FraudScorer of this version of fraud-scorer', 'something else');
  const resolved = resolveRecords(options);
  // `close` of the scorer ends its recordings. It has run already, so nothing would end this one.
  if (hook.isClosed) throw new ClosedError('The scorer is closed: no decision of it can be recorded');
  if (hook.log.isActive)
    throw invalid(
      'scorer',
      'one whose decisions are not recorded yet',
      'one whose decisions are (close that recorder first)',
    );
  if (resolved.sink.kind === 'files') requireDirectory(resolved.sink);
  try {
    const { sink, mask } = resolved;
    const finder = sink.kind === 'files' ? new DecisionFinder(sink.directory, mask, systemClock) : null;
    const recorder = new Recorder({ ...resolved, log: hook.log, logger: hook.logger, finder });
    if (sink.kind === 'files') indexEarlierFiles(sink.directory, recorder.run, resolved.workerFile);
    if (sink.kind === 'files' && sink.gzip && mask.fields['/id'] !== 'remove') hook.logger.warn(labelsMissCompressed);
    return recorder;
  } catch (error) {
    throw outOfResources(error, 'Recording could not be started') ?? error;
  }
}

/** @throws {InvalidOptionsError} where it can't be made, or written to. */
function requireDirectory({ directory }: ResolvedFileSink): void {
  try {
    makeDirectory(directory);
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw invalid('sink.directory', 'a directory that can be made and written to', `one that cannot (${code})`);
  }
}

/**
 * Makes a directory and its parents. The option `recursive` of `mkdirSync` never returns where a file system answers ENOENT although the parent is
 * there, as /proc and automounters do.
 */
function makeDirectory(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (existsSync(path) && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    const isParentMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT' && !existsSync(parent);
    if (!isParentMissing) throw error;
    makeDirectory(parent);
    // Another process may have made it meanwhile.
    makeDirectory(path);
  }
}

function invalid(path: string, expected: string, received: string): InvalidOptionsError {
  return new InvalidOptionsError([{ path, expected, received }]);
}
