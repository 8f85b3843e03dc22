import type { HostLogger } from '../../../../api/logger.js';
import { FraudScorerError, InvalidOptionsError } from '../../../../errors.js';
import { fleetHookOf } from '../../../../fleet/fleet-hook.js';
import { isLogger, loggerExpected } from '../../../../host/host-logger.js';
import { requirePath } from '../../../../models/model-location.js';
import { FieldReader } from '../../../../validation/field-reader.js';
import { describeValue } from '../../../../validation/issues.js';
import { type FleetPlace, type FleetPlaceOptions, readPlace } from '../buckets.js';
import type { FleetModels } from '../models/model-source.js';
import { expectedToken, isToken } from '../state/names.js';
import type { FollowedScorer } from './followed-scorer.js';

/** Options of `followDeployments`. */
export interface FollowOptions extends FleetPlaceOptions {
  /** Where this node finds models. */
  models: FleetModels;
  /** The name of this node, in the fleet's reports. It must be the only one of that name. 1 to 64 letters, digits, `-` and `_`. @default random */
  id?: string | undefined;
  /** Milliseconds between two reports, and between two looks at a canary. 100 to 2,000. @default 1_000 */
  everyMs?: number | undefined;
  /** Where log lines go. @default none */
  logger?: HostLogger | undefined;
}

/** The options, complete and valid. */
export interface ResolvedFollowOptions extends FleetPlace {
  replicas: number;
  models: FleetModels;
  /** null: a random one. */
  id: string | null;
  everyMs: number;
  logger: HostLogger | undefined;
}

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function readFollowOptions(options: FollowOptions): ResolvedFollowOptions {
  const reader = new FieldReader(options ?? null);
  const resolved = {
    ...readPlace(reader),
    models: readModels(reader.nested('models', 'an object with directory and objectStore')),
    id: reader.value('id', expectedToken, isToken) ?? null,
    everyMs: reader.number('everyMs', 1_000, { min: 100, max: 2_000, unit: 'milliseconds' }),
    logger: reader.value('logger', loggerExpected, isLogger),
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

function readModels(reader: FieldReader): FleetModels {
  const directory = reader.required('directory', 'a path', isPath) ?? '.';
  const objectStore = reader.value('objectStore', expectedToken, isToken);
  reader.rejectUnknown();
  return { directory: requirePath(directory, 'models.directory'), objectStore };
}

function isPath(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !value.includes('\0');
}

/** @throws {InvalidOptionsError} if it is not a `FraudScorer`. */
export function requireFollowedScorer(scorer: unknown): asserts scorer is FollowedScorer {
  const methods = ['deploy', 'setTraffic', 'promote', 'rollback', 'retire', 'on', 'off'];
  const isObject = typeof scorer === 'object' && scorer !== null;
  if (isObject && methods.every((method) => typeof Reflect.get(scorer, method) === 'function')) {
    if (fleetHookOf(scorer) !== null) return;
    const received = 'one of another version of fraud-scorer, or one that is not by `FraudScorer.create`';
    throw new InvalidOptionsError([
      { path: 'scorer', expected: 'a FraudScorer of this version of fraud-scorer', received },
    ]);
  }
  throw new InvalidOptionsError([{ path: 'scorer', expected: 'a FraudScorer', received: describeValue(scorer) }]);
}

/** What may be said of an error in a report. Errors of this package never quote a row; the message of another may. */
export function describeError(error: unknown): { code: string; message: string } {
  if (error instanceof FraudScorerError) return { code: error.code, message: error.message.slice(0, 1_000) };
  return { code: 'ERR_UNKNOWN', message: 'a fault that is not one of fraud-scorer: see the log of the node' };
}
