import type { FieldsFirstLogger, HostLogger, Logger, PinoLikeLogger } from '../api/logger.js';
import { InvalidOptionsError } from '../errors.js';
import { describeValue } from '../validation/issues.js';

/** Describes what `isLogger` accepts, for error messages. */
export const loggerExpected =
  'a logger with the methods info (or log), warn and error: console, pino, winston, bunyan, NestJS, or fieldsFirst(logger)';

/** Whether it has the methods that are called. `log` stands in for `info`, which NestJS's loggers do not have. */
export function isLogger(value: unknown): value is HostLogger {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(value, method) === 'function';
  try {
    return has('warn') && has('error') && (has('info') || has('log'));
  } catch {
    // A getter of the host's threw.
    return false;
  }
}

/**
 * Adapts a logger that takes `(fields, message)`, as pino does, for the option `logger`. pino's and bunyan's own loggers are recognised
 * and need none of this; a wrapper around one of them does, where it hides what it is.
 *
 * @throws {InvalidOptionsError} where it has no methods info, warn and error.
 */
export function fieldsFirst(logger: FieldsFirstLogger): Logger {
  if (!isLogger(logger) || !('info' in logger)) {
    const expected = 'a logger with the methods info, warn and error';
    throw new InvalidOptionsError([{ path: 'logger', expected, received: describeValue(logger) }]);
  }
  return {
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
  };
}

/**
 * The host's logger as this package calls it: `(message, fields)`, as console, winston and NestJS take them, but for pino's and
 * bunyan's, which take `(fields, message)`.
 */
export function messageFirst(logger: HostLogger): Logger {
  if (takesFieldsFirst(logger)) return fieldsFirst(logger);
  if ('info' in logger) return logger;
  return {
    info: (message, fields) => logger.log(message, fields),
    warn: (message, fields) => logger.warn(message, fields),
    error: (message, fields) => logger.error(message, fields),
  };
}

/** Recognises pino and bunyan by properties that only they have. pino's children inherit its symbol, and a proxy of pino passes it on. */
function takesFieldsFirst(logger: HostLogger): logger is PinoLikeLogger {
  const isPino = Symbol.for('pino.serializers') in logger;
  const isBunyan = 'addStream' in logger && 'streams' in logger && 'fields' in logger;
  return isPino || isBunyan;
}
