import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indexKey } from '../../../../src/records/format/index-layout.js';
import { placesOf, readIndexHead } from '../../../../src/records/read/index-file.js';
import { IndexBuilder } from '../../../../workers/records/index-builder.js';

const id = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.nat(20).map(String),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('hex')),
);

describe('IndexBuilder', () => {
  it('finds all decisions of an id, the last first, among thousands of others', () => {
    const directory = mkdtempSync(join(tmpdir(), 'index-'));
    let number = 0;
    fc.assert(
      fc.property(fc.array(id, { minLength: 1, maxLength: 3_000, size: 'max' }), fc.nat(3_000), (ids, kept) => {
        const path = join(directory, `${number}.idx`);
        number += 1;
        const builder = new IndexBuilder();
        const add = (text: string, place: number): void => {
          const bytes = Buffer.from(text);
          builder.add(bytes, 0, bytes.length, { at: place, place, row: place % 7 });
        };
        for (const [place, text] of ids.entries()) {
          // What could not be written is forgotten, and added once more.
          if (place === kept) {
            const mark = builder.mark();
            for (const again of ids) add(again, 1_000_000);
            builder.restore(mark);
          }
          add(text, place);
        }
        builder.write(path);
        const descriptor = openSync(path, 'r');
        const head = readIndexHead(descriptor);
        if (head === null) throw new Error('no index');
        for (const wanted of new Set(ids.slice(0, 50))) {
          const places = ids.flatMap((text, place) => (text === wanted ? [{ place, row: place % 7 }] : []));
          expect(placesOf(descriptor, head, indexKey(wanted))).toEqual(places.reverse());
        }
      }),
      { numRuns: 20 },
    );
    rmSync(directory, { recursive: true });
  });
});
