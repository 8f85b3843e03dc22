import type {
  FieldsFirstLogger,
  HostLogger,
  Logger,
  NestLikeLogger,
  NestLoggerOptions,
  PinoLikeLogger,
} from '../api/logger.js';
import { InvalidOptionsError } from '../errors.js';
import { FieldReader } from '../validation/field-reader.js';
import { describeValue } from '../validation/issues.js';
import { isText } from '../validation/text.js';

/** Describes what `isLogger` accepts, for error messages. */
export const loggerExpected =
  'a logger with the methods info (or log), warn and error: console, pino, winston, bunyan, NestJS, pinoLogger(logger), nestLogger(logger) or fieldsFirst(logger)';

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
 * Adapts pino, a child of pino, or a wrapper around one, for the option `logger`: the fields become fields of the log line, beside `msg`. pino itself
 * is recognised and needs none of this.
 *
 * @throws {InvalidOptionsError} where it has no methods info, warn and error.
 */
export function pinoLogger(logger: FieldsFirstLogger | PinoLikeLogger): Logger {
  // The fields are an object, so that it is the first form of pino's methods that is called.
  return fieldsFirst(logger as FieldsFirstLogger);
}

/**
 * Adapts a logger of NestJS's for the option `logger`: each line is the message with its fields as JSON behind it, under a context of its own. Without
 * it, NestJS writes the fields as a second line. What is `info` here is `log` there.
 *
 * @throws {InvalidOptionsError} where it has no methods log, warn and error, or an option is not as documented.
 */
export function nestLogger(logger: NestLikeLogger, options: NestLoggerOptions = {}): Logger {
  if (!isLogger(logger) || !('log' in logger)) {
    const expected = 'a logger with the methods log, warn and error';
    throw new InvalidOptionsError([{ path: 'logger', expected, received: describeValue(logger) }]);
  }
  const reader = new FieldReader(options);
  const context = reader.value('context', 'a non-empty text', isText) ?? 'FraudScorer';
  reader.rejectUnknown().throwIfInvalid();
  // A logger with a context adds it behind what it is given, and would take ours for the stack of an error.
  const behind = isText(Reflect.get(logger, 'context')) ? [] : [context];
  return {
    info: (message, fields) => logger.log(inOneLine(message, fields), ...behind),
    warn: (message, fields) => logger.warn(inOneLine(message, fields), ...behind),
    error: (message, fields) => logger.error(inOneLine(message, fields), ...behind),
  };
}

function inOneLine(message: string, fields: Record<string, unknown> = {}): string {
  return Object.keys(fields).length === 0 ? message : `${message} ${JSON.stringify(fields)}`;
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
