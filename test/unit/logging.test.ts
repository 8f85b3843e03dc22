import { describe, expect, it } from 'vitest';
import { containedLogger } from '../../src/logging.js';
import type { Logger } from '../../src/types.js';
import { FakeClock } from '../support/fake-clock.js';

describe('containedLogger', () => {
  it('logs the same error once a second, and then how many were left out', () => {
    const lines: unknown[] = [];
    const clock = new FakeClock();
    const logger: Logger = {
      info: () => {},
      warn: () => {},
      error: (message, fields) => lines.push([message, fields]),
    };
    const contained = containedLogger(logger, clock);
    for (let times = 0; times < 5; times += 1) contained.error('again', { reason: 'r' });
    contained.error('another');
    clock.advance(1_000);
    contained.error('again', { reason: 'r' });
    expect(lines).toEqual([
      ['again', { reason: 'r' }],
      ['another', {}],
      ['again', { reason: 'r', suppressed: 4 }],
    ]);
  });

  it('is silent where there is none, and contains one that throws', () => {
    const throws = (): never => {
      throw new Error('of the host');
    };
    const clock = new FakeClock();
    for (const logger of [undefined, { info: throws, warn: throws, error: throws }]) {
      const contained = containedLogger(logger, clock);
      contained.info('x');
      contained.warn('x', {});
      contained.error('x');
    }
  });
});
