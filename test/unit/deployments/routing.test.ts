import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../../docs/routing-vectors.json' with { type: 'json' };
import { type Arm, armOf, Router } from '../../../src/deployments/routing.js';
import { projectPath } from '../../support/paths.js';

const share = fc.double({ min: 0, max: 1, noNaN: true });
/** A text of any UTF-16 code units, lone surrogates too, or one that is mostly ASCII. */
const anyText = fc.oneof(
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({
    unit: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('a', 'Z', '7', '-') }, fc.constantFrom('ß', '持', '😀')),
  }),
);
const position = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((hash) => hash / 2 ** 32);

describe('Router', () => {
  it('has published vectors of every arm', () => {
    expect(vectors.vectors.length).toBeGreaterThan(30);
    expect(new Set(vectors.vectors.flatMap(({ arms }) => arms.map(({ arm }) => arm)))).toEqual(new Set([0, 1, 2]));
  });

  it.each(vectors.vectors)(
    'places $key with the salt $salt as the published vector says',
    ({ salt, key, hash, u, arms }) => {
      const place = new Router(salt).place(key);
      expect(place * 2 ** 32).toBe(hash);
      expect(place).toBe(u);
      for (const { first, second, arm } of arms) expect(armOf(place, first, second)).toBe(arm);
    },
  );

  it('hashes the bytes that TextEncoder and TextDecoder make of a text, also of lone surrogates', () => {
    const wellFormed = (text: string): string =>
      new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
    fc.assert(
      fc.property(anyText, anyText, (salt, key) => {
        expect(new Router(salt).place(key)).toBe(new Router(wellFormed(salt)).place(wellFormed(key)));
      }),
      { numRuns: 2_000, seed: 14 },
    );
    for (const lone of ['\ud800', '\udc00', 'a\ud83d', '\ud83d\ud83d\ude00', '\ude00\ud83d']) {
      expect(new Router('s').place(lone)).toBe(new Router('s').place(wellFormed(lone)));
    }
    expect(new Router('s').place('\ud800')).toBe(new Router('s').place('\ufffd'));
  });

  it('depends on where the salt ends only through the whole text', () => {
    fc.assert(
      fc.property(anyText, anyText, (start, key) => {
        expect(new Router(`${start}:s`).place(key)).toBe(new Router(start).place(`s:${key}`));
      }),
      { seed: 14 },
    );
  });

  it('remembers nothing of the key before', () => {
    const router = new Router('visa-fraud');
    fc.assert(
      fc.property(anyText, anyText, (before, key) => {
        router.place(before);
        expect(router.place(key)).toBe(new Router('visa-fraud').place(key));
      }),
      { seed: 14 },
    );
  });

  it.each([
    ['one challenger of 10 %', 0.1, 0],
    ['one challenger of 30 %', 0.3, 0],
    ['one challenger of 60 %', 0.6, 0],
    ['challengers of 10 % and 30 %, 60 % for the primary', 0.1, 0.3],
    ['challengers of 10 % and 60 %, 30 % for the primary', 0.1, 0.6],
  ])('shares a million keys within three standard errors: %s', (_, first, second) => {
    const keys = 1_000_000;
    const router = new Router('visa-fraud');
    const seen: Record<Arm, number> = { 0: 0, 1: 0, 2: 0 };
    for (let key = 0; key < keys; key += 1) seen[armOf(router.place(`customer-${key}`), first, second)] += 1;
    const expected: Record<Arm, number> = { 0: 1 - first - second, 1: first, 2: second };
    for (const arm of [0, 1, 2] as const) {
      const standardError = Math.sqrt((expected[arm] * (1 - expected[arm])) / keys);
      expect(Math.abs(seen[arm] / keys - expected[arm])).toBeLessThanOrEqual(3 * standardError);
    }
  });

  it('gives a key the same arm in another process', () => {
    const keys = [
      ...Array.from({ length: 2_000 }, (_, key) => `customer-${key}`),
      '',
      'Müller',
      '持卡人',
      '😀',
      '\ud800',
    ];
    const program = projectPath('test/routing/place-keys.ts');
    const printed = execFileSync(process.execPath, ['--import', 'tsx', program, 'visa-fraud', JSON.stringify(keys)], {
      cwd: projectPath('.'),
      encoding: 'utf8',
    });
    const router = new Router('visa-fraud');
    expect(printed.trim()).toBe(keys.map((key) => armOf(router.place(key), 0.1, 0.3)).join(''));
    expect(new Set(printed.trim())).toEqual(new Set('012'));
  });
});

describe('armOf', () => {
  it('only adds keys to a challenger whose share is raised, and only removes some when it is lowered', () => {
    fc.assert(
      fc.property(position, share, share, share, (u, one, other, rest) => {
        const [low, high] = one < other ? [one, other] : [other, one];
        const fixed = rest * (1 - high);
        if (armOf(u, low, fixed) === 1) expect(armOf(u, high, fixed)).toBe(1);
        if (armOf(u, fixed, low) === 2) expect(armOf(u, fixed, high)).toBe(2);
        // No key goes from one challenger to the other.
        if (armOf(u, high, fixed) === 1) expect([0, 1]).toContain(armOf(u, low, fixed));
        if (armOf(u, fixed, high) === 2) expect([0, 2]).toContain(armOf(u, fixed, low));
      }),
      { numRuns: 5_000, seed: 14 },
    );
  });

  it('gives a challenger the same keys whatever share the other has', () => {
    fc.assert(
      fc.property(position, share, share, share, (u, own, one, other) => {
        const [less, more] = [one * (1 - own), other * (1 - own)];
        expect(armOf(u, own, less) === 1).toBe(armOf(u, own, more) === 1);
        expect(armOf(u, less, own) === 2).toBe(armOf(u, more, own) === 2);
      }),
      { numRuns: 5_000, seed: 14 },
    );
  });

  it('takes the interval of the first challenger from 0 and that of the second up to 1', () => {
    expect(armOf(0, 0, 0)).toBe(0);
    expect(armOf(1 - 2 ** -32, 0, 0)).toBe(0);
    expect(armOf(0, 2 ** -32, 0)).toBe(1);
    expect(armOf(1 - 2 ** -32, 0, 2 ** -32)).toBe(2);
    expect(armOf(0.25, 0.25, 0.75)).toBe(2);
    expect(armOf(0.25 - 2 ** -32, 0.25, 0.75)).toBe(1);
    expect(armOf(0.5, 1, 0)).toBe(1);
    expect(armOf(0.5, 0, 1)).toBe(2);
  });
});
