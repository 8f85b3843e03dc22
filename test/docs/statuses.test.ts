import type Token from 'markdown-it/lib/token.mjs';
import { describe, expect, it } from 'vitest';
import { problemKinds } from '../../src/integrations/http/problem-kinds.js';
import { errorCodes } from '../../src/testing/index.js';
import { markdown, read } from './pages.js';

/** The statuses of a page's tables whose first column is `status`: each with its codes. */
function statusesOf(page: string): { status: string; codes: string[] }[] {
  const tables: string[][][] = [];
  for (const token of markdown.parse(read(page), {})) {
    if (token.type === 'table_open') tables.push([]);
    if (token.type === 'tr_open') tables.at(-1)?.push([]);
    if (token.type === 'inline' && tables.length > 0) tables.at(-1)?.at(-1)?.push(textOf(token));
  }
  return tables
    .filter(([head]) => head?.[0] === 'status')
    .flatMap((rows) => rows.slice(1))
    .map(([status = '', ...cells]) => ({ status, codes: cells.join(' ').match(/ERR_[A-Z_]+/g) ?? [] }));
}

const textOf = ({ content }: Token): string => content;

/** Every code of the page with its status in the code; the statuses of rows that name none are left out. */
const pairsOf = (page: string): string[] =>
  statusesOf(page).flatMap(({ status, codes }) => codes.map((code) => `${code} ${status}`));

describe('the tables of statuses', () => {
  it.each([
    ['docs/faq.md', errorCodes],
    ['docs/http.md', Object.keys(problemKinds)],
  ] as const)('say of each error what toProblem answers: %s', (page, codes) => {
    const kinds = new Map(Object.entries(problemKinds));
    const documented = pairsOf(page).map((pair) =>
      // A row may have two statuses where its codes have one each.
      pair.replace(/^(\S+) (\d+), (\d+)$/, (_, code, one, other) => {
        const status = String(kinds.get(code)?.status);
        return `${code} ${[one, other].includes(status) ? status : `${one}, ${other}`}`;
      }),
    );
    expect(documented.sort()).toEqual(codes.map((code) => `${code} ${kinds.get(code)?.status}`).sort());
  });
});
