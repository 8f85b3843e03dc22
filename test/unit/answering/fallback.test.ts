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
    const what = name.includes('when it is read')
      ? 'an object that cannot be read'
      : 'a promise; it must be synchronous';
    expect([decision, reasons, unhandled]).toEqual([
      null,
      [`the fallback function returned ${what}, expected APPROVE, REVIEW or BLOCK`],
      [],
    ]);
  });

  class Unreachable extends Error {}
  it.each<[string, () => unknown, string]>([
    ['returns null', () => null, 'returned null, expected APPROVE, REVIEW or BLOCK'],
    ['returns nothing', () => undefined, 'returned nothing, expected APPROVE, REVIEW or BLOCK'],
    ['returns a string', () => '4111', 'returned a string that is no decision, expected APPROVE, REVIEW or BLOCK'],
    ['throws an error of its own class', () => raise(new Unreachable('4111')), 'threw: Unreachable'],
    ['throws an error with data for a name', () => raise({ name: '4111 1111' }), 'threw: Object'],
    ['throws a string', () => raise('4111'), 'threw: a string'],
  ])('is reported with its kind where it %s', (_, fallback, what) => {
    const reasons: string[] = [];
    expect(fallbackDecision(untyped(fallback), request, new QueueFullError(1), (reason) => reasons.push(reason))).toBe(
      null,
    );
    expect(reasons).toEqual([`the fallback function ${what}`]);
  });
});

function raise(value: unknown): never {
  throw value;
}
