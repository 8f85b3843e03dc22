import { describe, expect, it } from 'vitest';
import type { ManifestInput } from '../../../../src/models/manifest-inputs.js';
import { JsonRows } from '../../../../src/tools/score-file/json-rows.js';

const inputs: ManifestInput[] = [
  { name: 'ids', size: 2, type: 'int64', features: ['card', 'shop'] },
  { name: 'X', size: 2, type: 'float64' },
  { name: 'flag', size: 1, type: 'bool' },
  { name: 'Z', size: 2, type: 'int32' },
];

async function problemsOf(line: string): Promise<unknown[]> {
  const rows = new JsonRows(inputs, { id: 'id' }).rows(
    'rows.ndjson',
    (async function* () {
      // So that each feature is in some row.
      const all = '{"id":1,"ids":[1,2],"X":[1,2],"flag":1,"Z":[1,2]}';
      yield Buffer.from(`${all}\n${line}\n`);
    })(),
  );
  const found: unknown[] = [];
  for await (const some of rows) found.push(...some.map((row) => ('problem' in row ? row.problem : null)));
  return found.slice(1);
}

describe('JsonRows', () => {
  it.each([
    ['{"id":1,"card":9007199254740991.4}', 'card'],
    ['{"id":1,"ids":{"shop":1,"card":9007199254740991.4}}', 'ids.card'],
    ['{"id":1,"ids":[1,1.00000000000000000001]}', 'ids'],
    ['{"id":1,"Z[1]":1e-400}', 'Z[1]'],
    ['{"id":1,"features":{"flag":0.99999999999999999999}}', 'features.flag'],
    ['{"id":1,"features":{"X":[1.5,2],"ids":[1,9007199254740991.4]}}', 'features.ids'],
  ])('refuses an integer that is written with a fraction, which the parser loses: %s', async (line, column) => {
    const expected = 'an integer';
    expect(await problemsOf(line)).toEqual([{ column, expected, received: 'a number with a fraction' }]);
  });

  it.each([
    '{"id":1,"card":9007199254740991.0,"X":[9007199254740991.4,1e-400]}',
    '{"id":1,"note":9007199254740991.4,"text":"9007199254740991.4"}',
    '{"id":1,"ids":[1e3,1.0000000000000000000],"flag":10e-1,"Z":[0.00000000000000000e-4,-0.0]}',
    '{"id":1,"features":{"X":[1.00000000000000000001,2]},"card_note":1.00000000000000000001}',
  ])('takes a fraction of zeros, and any fraction where a feature is no integer: %s', async (line) => {
    expect(await problemsOf(line)).toEqual([null]);
  });
});
