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

/** Describes the loggers that `isLogger` accepts, for error messages. */
export const loggerExpected =
  'a logger with the methods info (or log), warn and error: console, pino, winston, bunyan, NestJS, pinoLogger(logger), nestLogger(logger) or fieldsFirst(logger)';

/** Whether it has the methods that are called. `log` may replace `info`, because NestJS loggers have no `info`. */
export function isLogger(value: unknown): value is HostLogger {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const has = (method: string): boolean => typeof Reflect.get(value, method) === 'function';
  try {
    return has('warn') && has('error') && (has('info') || has('log'));
  } catch {
    // The host's getter threw.
    return false;
  }
}

/**
 * Adapts a logger that takes `(fields, message)`, as pino does, for the option `logger`. Loggers of pino and bunyan are recognised without
 * this. It is needed for a wrapper that hides such a logger.
 *
 * @throws {InvalidOptionsError} if the logger lacks one of the methods info, warn and error.
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
 * Adapts pino, a child of pino, or a wrapper around one, for the option `logger`. The fields become fields of the log line, next to `msg`.
 * A plain pino logger is recognised without this.
 *
 * @throws {InvalidOptionsError} if the logger lacks one of the methods info, warn and error.
 */
export function pinoLogger(logger: FieldsFirstLogger | PinoLikeLogger): Logger {
  // The fields are an object, so pino uses its form `(fields, message)`.
  return fieldsFirst(logger as FieldsFirstLogger);
}

/**
 * Adapts a NestJS logger for the option `logger`. Each line is the message, followed by its fields as JSON, under its own context. Without
 * this, NestJS would write the fields as a second line. Level `info` becomes `log`.
 *
 * @throws {InvalidOptionsError} if the logger lacks one of the methods log, warn and error, or an option is not valid.
 */
export function nestLogger(logger: NestLikeLogger, options: NestLoggerOptions = {}): Logger {
  if (!isLogger(logger) || !('log' in logger)) {
    const expected = 'a logger with the methods log, warn and error';
    throw new InvalidOptionsError([{ path: 'logger', expected, received: describeValue(logger) }]);
  }
  const reader = new FieldReader(options);
  const context = reader.value('context', 'a non-empty text', isText) ?? 'FraudScorer';
  reader.rejectUnknown().throwIfInvalid();
  // A logger with a context appends it to its arguments. It would take our context for an error's stack.
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
 * The host's logger in the form that this package calls: `(message, fields)`. Loggers of console, winston and NestJS take this form. pino
 * and bunyan take `(fields, message)` and are adapted.
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
