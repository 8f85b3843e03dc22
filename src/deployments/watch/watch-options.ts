import type { DeployOptions } from '../../api/deployment.js';
import type { HostLogger } from '../../api/logger.js';
import type { DeployChoice, WatchedScorer, WatchModelsOptions, WatchProblem } from '../../api/watch.js';
import { InvalidOptionsError } from '../../errors.js';
import { isLogger, loggerExpected } from '../../host/host-logger.js';
import { FieldReader } from '../../validation/field-reader.js';
import { readFields } from '../../validation/fields.js';
import { describeValue } from '../../validation/issues.js';
import { builtInKind } from '../../validation/object-kinds.js';
import { isText } from '../../validation/text.js';
import { readDeployOptions } from '../deploy-options.js';

/** The options of `watchModels`, complete and valid. */
export interface ResolvedWatchOptions {
  deploy: DeployChoice;
  /** null means: the newest version that is newer than the primary. */
  versions: readonly string[] | null;
  /** null means: the primary's name. */
  names: readonly string[] | null;
  everyMs: number;
  logger: HostLogger | undefined;
  onProblem: (problem: WatchProblem) => unknown;
}

const dayMs = 86_400_000;

/** @throws {InvalidOptionsError} with every option that is unknown or not valid. */
export function resolveWatchOptions(options: WatchModelsOptions | undefined): ResolvedWatchOptions {
  const reader = new FieldReader(options);
  const resolved: ResolvedWatchOptions = {
    deploy: readDeploy(reader),
    versions: reader.list('versions', 'versions as texts', isText) ?? null,
    names: reader.list('names', 'names of models', isText) ?? null,
    everyMs: reader.number('everyMs', 5_000, { above: 0, max: dayMs, unit: 'milliseconds' }),
    logger: reader.value('logger', loggerExpected, isLogger),
    onProblem: reader.value('onProblem', 'a function of the problem', isOnProblem) ?? (() => {}),
  };
  reader.rejectUnknown().throwIfInvalid();
  return resolved;
}

/** @throws {InvalidOptionsError} if it is not a scorer that can deploy. */
export function requireScorer(scorer: unknown): asserts scorer is WatchedScorer {
  if (isScorer(scorer)) return;
  const expected = 'a scorer with the methods deploy and deployments';
  throw new InvalidOptionsError([{ path: 'scorer', expected, received: describeValue(scorer) }]);
}

/** Whether a value can be options of `deploy`. `deploy` itself checks the contents. */
export function isDeployOptions(value: unknown): value is DeployOptions {
  return typeof value === 'object' && value !== null && builtInKind(value) === null;
}

/**
 * The options, with `traffic: 'shadow'` if they set neither traffic nor canary. The default of `deploy` is all traffic. A directory must
 * not get all traffic only because somebody copied it there.
 */
export function shadowByDefault(options: DeployOptions): DeployOptions {
  const fields = { ...readFields(options) };
  const isSaid = fields.traffic !== undefined || fields.canary !== undefined;
  // `deploy` checks these values.
  return (isSaid ? fields : { ...fields, traffic: 'shadow' }) as DeployOptions;
}

function readDeploy(reader: FieldReader): DeployChoice {
  const expected = 'options of deploy, or a function of a found version that returns them or null';
  const given = reader.value('deploy', expected, isDeploy) ?? {};
  if (typeof given === 'function') return given;
  try {
    const options = shadowByDefault(given);
    readDeployOptions(options);
    return () => options;
  } catch (error) {
    if (error instanceof InvalidOptionsError) {
      for (const { path, expected, received } of error.issues) reader.issues.add(`deploy.${path}`, expected, received);
      return () => null;
    }
    reader.reject('deploy', 'options that can be read', given);
    return () => null;
  }
}

function isDeploy(value: unknown): value is DeployOptions | DeployChoice {
  return typeof value === 'function' || isDeployOptions(value);
}

function isOnProblem(value: unknown): value is (problem: WatchProblem) => unknown {
  return typeof value === 'function';
}

function isScorer(value: unknown): value is WatchedScorer {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'deploy' in value && typeof value.deploy === 'function' && typeof Reflect.get(value, 'deployments') === 'function'
  );
}
