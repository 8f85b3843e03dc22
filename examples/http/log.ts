import type { FraudScorer, Logger } from 'fraud-scorer';

/** Structured log lines on stdout, one JSON object each; it fits the scorer's `logger` option. */
export const log: Logger = {
  info: (message, fields) => write('info', message, fields),
  warn: (message, fields) => write('warn', message, fields),
  error: (message, fields) => write('error', message, fields),
};

// Nobody may read the log any more, or the disk is full: the service goes on.
process.stdout.on('error', () => {});

function write(level: keyof Logger, message: string, fields: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, message, ...fields })}\n`);
}

/** Logs what a scorer notices about itself. An alert's own message becomes the field `detail`. */
export function logEvents(scorer: FraudScorer): void {
  scorer.on('alert', ({ message: detail, ...alert }) => log.warn('alert', { ...alert, detail }));
  scorer.on('alertCleared', ({ message: detail, ...alert }) => log.info('alertCleared', { ...alert, detail }));
  scorer.on('workerLost', (event) => log.error('workerLost', { ...event }));
}
