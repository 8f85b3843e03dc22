import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { callHost, containResult, isThenable } from '../../../src/host/host-code.js';
import { rejections } from '../../support/rejections.js';

describe('code of the host', () => {
  it.each(Object.entries(rejections))('that returns %s is contained, and its failure told once', async (_, make) => {
    const unhandled: unknown[] = [];
    const failures: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    callHost(make, (error) => failures.push(error));
    await turn();
    process.off('unhandledRejection', onUnhandled);
    expect([unhandled, failures.length]).toEqual([[], 1]);
  });

  it('that throws is contained too', () => {
    const failures: unknown[] = [];
    callHost(
      () => {
        throw 7;
      },
      (error) => failures.push(error),
    );
    expect(failures).toEqual([7]);
  });

  it('that succeeds, now or later, is no failure', async () => {
    const failures: unknown[] = [];
    for (const result of [undefined, null, 1, 'text', {}, Promise.resolve(1)]) {
      containResult(result, (error) => failures.push(error));
    }
    await turn();
    expect(failures).toEqual([]);
  });
});

describe('a thenable', () => {
  it('is what has a method then, of whatever realm', () => {
    const names = Object.keys(rejections).filter((name) => {
      const value = rejections[name]?.();
      containResult(value, () => {});
      return isThenable(value);
    });
    expect(names).toEqual(Object.keys(rejections).filter((name) => !name.includes('when it is read')));
    expect([undefined, null, 'then', {}, () => {}].map(isThenable)).toEqual([false, false, false, false, false]);
  });
});
