import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedHash } from '../../../../src/records/format/id-hash.js';

describe('KeyedHash', () => {
  it('gives the first 128 bits of HMAC-SHA-256, whatever the lengths of key and text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 400 }), { maxLength: 8 }),
        (key, texts) => {
          const keyed = new KeyedHash(key);
          for (const text of texts) {
            const whole = createHmac('sha256', key).update(text).digest('hex');
            expect(keyed.of(text)).toBe(whole.slice(0, 32));
          }
        },
      ),
    );
  });

  it('hashes a piece of some memory', () => {
    const bytes = Buffer.from('..some id..');
    const keyed = new KeyedHash(Buffer.from('key'));
    expect(keyed.ofBytes(bytes, 2, 9)).toBe(keyed.of('some id'));
  });
});
