import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { fallbackDecision } from '../../../src/answering/fallback.js';
import { QueueFullError } from '../../../src/errors.js';
import { rejections } from '../../support/rejections.js';
import { untyped } from '../../support/untyped.js';

const request = { features: {} };

describe('the fallback function', () => {
  it.each(Object.entries(rejections))('gives no decision where it returns %s, and ends nothing', async (name, make) => {
    const unhandled: unknown[] = [];
    const reasons: string[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    const fallback = (): never => untyped(make());
    const decision = fallbackDecision(fallback, request, new QueueFullError(1), (reason) => reasons.push(reason));
    await turn();
    process.off('unhandledRejection', onUnhandled);
    const what = name.includes('when it is read') ? 'something else' : 'a promise; it must be synchronous';
    expect([decision, reasons, unhandled]).toEqual([
      null,
      [`the fallback function returned ${what}, expected APPROVE, REVIEW or BLOCK`],
      [],
    ]);
  });
});
