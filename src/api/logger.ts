/** Takes log lines, the message first: `console` and winston's loggers fit. Never given features, ids or amounts. */
export interface Logger {
  /** Takes a line about something that happened as it should. */
  info(message: string, fields?: Record<string, unknown>): unknown;
  /** Takes a line about something to look at, such as an alert. */
  warn(message: string, fields?: Record<string, unknown>): unknown;
  /** Takes a line about something that failed. */
  error(message: string, fields?: Record<string, unknown>): unknown;
}

/** Takes the fields of a log line first: what `fieldsFirst` adapts. */
export interface FieldsFirstLogger {
  /** Takes a line about something that happened as it should. */
  info(fields: Record<string, unknown>, message?: string): unknown;
  /** Takes a line about something to look at, such as an alert. */
  warn(fields: Record<string, unknown>, message?: string): unknown;
  /** Takes a line about something that failed. */
  error(fields: Record<string, unknown>, message?: string): unknown;
}

/** A logger of pino's (`fastify.log` is one) or bunyan's, which are recognised and given the fields first. */
export interface PinoLikeLogger {
  /** Takes a line about something that happened as it should. */
  info: PinoLikeMethod;
  /** Takes a line about something to look at, such as an alert. */
  warn: PinoLikeMethod;
  /** Takes a line about something that failed. */
  error: PinoLikeMethod;
}

/** Its second form keeps TypeScript from inferring the parameters of `logger: { info(message, fields) … }` from it. */
export interface PinoLikeMethod {
  <Fields extends Record<string, unknown>>(fields: Fields, message?: string): unknown;
  (message: string, ...values: unknown[]): unknown;
}

/** Has `log` in place of `info`: NestJS's loggers fit. */
export interface LogWarnErrorLogger {
  /** Takes a line about something that happened as it should. */
  log(message: string, fields?: Record<string, unknown>): unknown;
  /** Takes a line about something to look at, such as an alert. */
  warn(message: string, fields?: Record<string, unknown>): unknown;
  /** Takes a line about something that failed. */
  error(message: string, fields?: Record<string, unknown>): unknown;
}

/** A logger of NestJS's, as `nestLogger` adapts it: the last text that it is given is the context. */
export interface NestLikeLogger {
  /** A line that is worth keeping. */
  log(message: string, ...optionalParams: string[]): unknown;
  /** Something to look at. */
  warn(message: string, ...optionalParams: string[]): unknown;
  /** Something that failed. */
  error(message: string, ...optionalParams: string[]): unknown;
}

/** Options of `nestLogger`. */
export interface NestLoggerOptions {
  /** What stands in brackets before each line. A logger that was made with a context keeps its own. @default 'FraudScorer' */
  context?: string | undefined;
}

/** What the option `logger` takes. */
export type HostLogger = Logger | PinoLikeLogger | LogWarnErrorLogger;
