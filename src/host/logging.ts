import type { HostLogger, Logger } from '../api/logger.js';
import { outsideOfRequests } from './async-context.js';
import type { Clock } from './clock.js';
import { callHost } from './host-code.js';
import { messageFirst } from './host-logger.js';

/** The same error is logged at most once in this time. */
const repeatMs = 1_000;

/** The most errors that are remembered for this. Beyond it, errors that may be logged again are forgotten. */
const remembered = 100;

/**
 * Wraps the host's logger. If it throws, or its promise rejects, nothing else is affected. An error that comes with every request is logged
 * once a second, with the number of times that it was left out. Errors of two rules or two versions count as different errors. Logs nothing
 * if there is no logger.
 */
export function containedLogger(hostLogger: HostLogger | undefined, clock: Clock): Logger {
  const logger = hostLogger === undefined ? undefined : messageFirst(hostLogger);
  const suppressed = new Map<string, { until: number; count: number }>();

  const log = (level: keyof Logger, message: string, fields: Record<string, unknown>): void => {
    // If the logger fails, there is nobody left to tell.
    callHost(
      () => outsideOfRequests(() => logger?.[level](message, fields)),
      () => {},
    );
  };

  const forgetBefore = (now: number): void => {
    for (const [subject, { until }] of suppressed) if (until <= now) suppressed.delete(subject);
  };

  const logError = (message: string, fields: Record<string, unknown>): void => {
    const now = clock.now();
    const subject = JSON.stringify([message, fields.rule, fields.version]);
    const last = suppressed.get(subject);
    if (last !== undefined && now < last.until) {
      last.count += 1;
      return;
    }
    if (suppressed.size >= remembered) forgetBefore(now);
    suppressed.set(subject, { until: now + repeatMs, count: 0 });
    log('error', message, last === undefined || last.count === 0 ? fields : { ...fields, suppressed: last.count });
  };

  return {
    info: (message, fields = {}) => log('info', message, fields),
    warn: (message, fields = {}) => log('warn', message, fields),
    error: (message, fields = {}) => logError(message, fields),
  };
}
