import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Logger } from '../../../src/api/logger.js';
import { containedLogger } from '../../../src/host/logging.js';
import { FakeClock } from '../../support/fake-clock.js';
import { rejections } from '../../support/rejections.js';

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

  it('logs an error of each rule and each version, though they come at the same time', () => {
    const lines: unknown[] = [];
    const clock = new FakeClock();
    const contained = containedLogger(
      { info: () => {}, warn: () => {}, error: (_, fields) => lines.push(fields) },
      clock,
    );
    const all = [{ rule: 'a' }, { rule: 'b' }, { version: '1' }, { version: '2' }];
    for (const fields of [...all, ...all]) contained.error('failed', fields);
    expect(lines).toEqual(all);
    clock.advance(1_000);
    contained.error('failed', { version: '2' });
    expect(lines.at(-1)).toEqual({ version: '2', suppressed: 1 });
  });

  it('still leaves repeats out after errors of very many versions', () => {
    let lines = 0;
    const clock = new FakeClock();
    const contained = containedLogger({ info: () => {}, warn: () => {}, error: () => (lines += 1) }, clock);
    for (let version = 0; version < 1_000; version += 1) contained.error('failed', { version: String(version) });
    contained.error('failed', { version: '999' });
    expect(lines).toBe(1_000);
  });

  it.each(Object.entries(rejections))('contains one whose methods return %s', async (_, make) => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const contained = containedLogger({ info: make, warn: make, error: make }, new FakeClock());
    for (const level of ['info', 'warn', 'error'] as const) contained[level]('x');
    await turn();
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
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
