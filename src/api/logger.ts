/** A logger whose methods take the message first, such as `console` or a winston logger. It never gets features, ids or amounts. */
export interface Logger {
  /** Logs a normal event. */
  info(message: string, fields?: Record<string, unknown>): unknown;
  /** Logs something that needs attention, such as an alert. */
  warn(message: string, fields?: Record<string, unknown>): unknown;
  /** Logs a failure. */
  error(message: string, fields?: Record<string, unknown>): unknown;
}

/** A logger whose methods take the fields first. `fieldsFirst` adapts it. */
export interface FieldsFirstLogger {
  /** Logs a normal event. */
  info(fields: Record<string, unknown>, message?: string): unknown;
  /** Logs something that needs attention, such as an alert. */
  warn(fields: Record<string, unknown>, message?: string): unknown;
  /** Logs a failure. */
  error(fields: Record<string, unknown>, message?: string): unknown;
}

/** A logger of pino (such as `fastify.log`) or bunyan. The scorer recognises it and passes the fields first. */
export interface PinoLikeLogger {
  /** Logs a normal event. */
  info: PinoLikeMethod;
  /** Logs something that needs attention, such as an alert. */
  warn: PinoLikeMethod;
  /** Logs a failure. */
  error: PinoLikeMethod;
}

/**
 * A log method of pino or bunyan. The second signature stops TypeScript from inferring the parameters of `logger: { info(message, fields) …
 * }` from this type.
 */
export interface PinoLikeMethod {
  <Fields extends Record<string, unknown>>(fields: Fields, message?: string): unknown;
  (message: string, ...values: unknown[]): unknown;
}

/** A logger with `log` in place of `info`, such as a NestJS logger. */
export interface LogWarnErrorLogger {
  /** Logs a normal event. */
  log(message: string, fields?: Record<string, unknown>): unknown;
  /** Logs something that needs attention, such as an alert. */
  warn(message: string, fields?: Record<string, unknown>): unknown;
  /** Logs a failure. */
  error(message: string, fields?: Record<string, unknown>): unknown;
}

/** A NestJS logger, as `nestLogger` adapts it. The last text argument is the context. */
export interface NestLikeLogger {
  /** Logs a normal event. */
  log(message: string, ...optionalParams: string[]): unknown;
  /** Logs something that needs attention, such as an alert. */
  warn(message: string, ...optionalParams: string[]): unknown;
  /** Logs a failure. */
  error(message: string, ...optionalParams: string[]): unknown;
}

/** Options of `nestLogger`. */
export interface NestLoggerOptions {
  /** The text in brackets before each line. A logger that was made with a context keeps its own context. @default 'FraudScorer' */
  context?: string | undefined;
}

/** The loggers that the option `logger` takes. */
export type HostLogger = Logger | PinoLikeLogger | LogWarnErrorLogger;
