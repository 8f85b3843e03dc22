import { expect, it } from 'vitest';
import { FieldReader } from '../../../src/validation/field-reader.js';
import { IssueList } from '../../../src/validation/issues.js';

it('says which known field is most like an unknown one', () => {
  const reader = new FieldReader({ modle: 1, time_out_ms: 2, colour: 3 }).knows('model', 'timeoutMs', 'workers');
  reader.rejectUnknown();
  expect(reader.issues.listed).toEqual([
    { path: 'modle', expected: 'one of model, timeoutMs, workers', received: 'an unknown field (did you mean model?)' },
    {
      path: 'time_out_ms',
      expected: 'one of model, timeoutMs, workers',
      received: 'an unknown field (did you mean timeoutMs?)',
    },
    { path: 'colour', expected: 'one of model, timeoutMs, workers', received: 'an unknown field' },
  ]);
});

it('does not suggest a field that is there already', () => {
  const reader = new FieldReader({ model: 1, modle: 2 }).knows('model');
  reader.rejectUnknown();
  expect(reader.issues.listed[0]?.received).toBe('an unknown field');
});

it('lists unknown names, up to five, however many other issues came before them', () => {
  const issues = new IssueList();
  for (let index = 0; index < 30; index += 1) issues.add(`missing${index}`, 'a number', 'nothing');
  for (let index = 0; index < 7; index += 1)
    issues.addUnknown('', `unknown${index}`, 'another name', 'an unknown field');
  expect(issues.total).toBe(37);
  expect(issues.listed.map(({ path }) => path)).toEqual([
    ...Array.from({ length: 15 }, (_, index) => `missing${index}`),
    ...Array.from({ length: 5 }, (_, index) => `unknown${index}`),
  ]);
});
