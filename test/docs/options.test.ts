import { describe, expect, it } from 'vitest';
import { type CodeBlock, markdown, read } from './pages.js';
import { typeErrorsOf } from './type-check.js';

/** Names in the first column of a page's first table of options. */
function optionsOf(page: string): string[] {
  const tokens = markdown.parse(read(page), {});
  const head = tokens.findIndex(
    ({ type }, index) => type === 'th_open' && /^option\b/.test(tokens[index + 1]?.content ?? ''),
  );
  const end = tokens.findIndex(({ type }, index) => index > head && type === 'table_close');
  const firstCells = tokens
    .slice(head, end)
    .flatMap(({ type }, index, table) =>
      type === 'td_open' && table[index - 1]?.type === 'tr_open' ? [table[index + 1]?.content ?? ''] : [],
    );
  return firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
}

/** A block that compiles where the names are all options of the type. */
function blockOf(page: string, specifier: string, type: string, names: readonly string[]): CodeBlock {
  const code = [
    `import type { ${type} } from '${specifier}';`,
    `const documented: Record<keyof ${type}, true> = {`,
    ...names.map((name) => `  ${name}: true,`),
    '};',
  ].join('\n');
  return { page, line: 1, language: 'ts', code, given: '', file: null, runBy: null };
}

const tables = [
  ['docs/options.md', 'fraud-scorer', 'FraudScorerOptions'],
  ['docs/requests.md', 'fraud-scorer', 'ScoreOptions'],
  ['docs/drift.md', 'fraud-scorer', 'DriftOptions'],
  ['docs/http.md', 'fraud-scorer/http', 'ScoringRoutesOptions'],
  ['docs/express.md', 'fraud-scorer/express', 'ScoringRoutesOptions'],
  ['docs/fastify.md', 'fraud-scorer/fastify', 'FraudPluginOptions'],
  ['docs/dashboard.md', 'fraud-scorer/http', 'DashboardOptions'],
  ['docs/tracing.md', 'fraud-scorer/opentelemetry', 'InstrumentOptions'],
  ['docs/records.md', 'fraud-scorer/records', 'RecordsOptions'],
  ['docs/testing.md', 'fraud-scorer/testing', 'FakeScorerOptions'],
] as const;

describe('the tables of options', () => {
  it('have every option, and none that there is not', () => {
    const blocks = tables.map(([page, specifier, type]) => blockOf(page, specifier, type, optionsOf(page)));
    expect(typeErrorsOf(blocks)).toEqual([]);
  });

  it('are found wrong where an option is missing, or is none', () => {
    const [page, specifier, type] = tables[0];
    const [first = '', ...others] = optionsOf(page);
    expect(
      typeErrorsOf([
        blockOf('missing.md', specifier, type, others),
        blockOf('dead.md', specifier, type, [first, ...others, 'noSuchOption']),
      ]),
    ).toEqual([
      expect.stringMatching(new RegExp(`^missing\\.md:2: .*'${first}' is missing`)),
      expect.stringMatching(/^dead\.md:\d+: .*'noSuchOption' does not exist/),
    ]);
  });
});
