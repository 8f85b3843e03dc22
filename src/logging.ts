import type { Logger } from './types.js';

/** The host's logger, contained: one that throws disturbs nothing. Silent where there is none. */
export function containedLogger(logger: Logger | undefined): Logger {
  const contain =
    (level: keyof Logger): Logger['info'] =>
    (message, fields) => {
      try {
        logger?.[level](message, fields ?? {});
      } catch {
        // There is nobody left to tell.
      }
    };
  return { info: contain('info'), warn: contain('warn'), error: contain('error') };
}
