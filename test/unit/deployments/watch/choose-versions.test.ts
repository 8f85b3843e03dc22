import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inOrder, isWanted } from '../../../../src/deployments/watch/choose-versions.js';
import { compareVersions } from '../../../../src/models/repository/version-order.js';

const version = fc.tuple(fc.nat(12), fc.nat(12)).map((parts) => parts.join('.'));
const versions = fc.uniqueArray(version, { minLength: 1, maxLength: 12 });

describe('The versions that are wanted', () => {
  it('are those newer than the primary, the newest first, whatever the order of the folders', () => {
    fc.assert(
      fc.property(versions, version, (found, primary) => {
        const rule = { versions: null, primary };
        const wanted = found.filter((one) => isWanted(one, rule));
        const ordered = inOrder(
          wanted.map((one) => ({ name: 'fraud', version: one })),
          rule,
        ).map((one) => one.version);
        for (const one of found) expect(ordered.includes(one)).toBe(compareVersions(one, primary) > 0);
        for (const [index, one] of ordered.slice(1).entries()) {
          expect(compareVersions(ordered[index] ?? '', one)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('are those on the list, in its order, whatever the primary is', () => {
    fc.assert(
      fc.property(versions, versions, fc.option(version), (found, listed, primary) => {
        const rule = { versions: listed, primary };
        const wanted = found.filter((one) => isWanted(one, rule)).map((one) => ({ name: 'fraud', version: one }));
        const ordered = inOrder(wanted, rule).map((one) => one.version);
        expect(ordered).toEqual(listed.filter((one) => found.includes(one)));
      }),
    );
  });

  it('are none where there is neither a list nor a primary', () => {
    fc.assert(fc.property(version, (one) => !isWanted(one, { versions: null, primary: null })));
  });

  it('come in the same order where two are equally new', () => {
    const [plain, padded] = ['1', '01'].map((one) => ({ name: 'fraud', version: one }));
    if (plain === undefined || padded === undefined) throw new Error('no versions');
    const rule = { versions: null, primary: '0' };
    expect(inOrder([plain, padded], rule)).toEqual(inOrder([padded, plain], rule));
  });
});
