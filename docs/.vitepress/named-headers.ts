import type Token from 'markdown-it/lib/token.mjs';

/** Makes cells without text in the heads of tables ordinary cells: a header cell without a text tells a screen reader nothing. */
export function namedHeadersOnly(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    if (token.type !== 'th_open' || tokens[index + 1]?.content !== '') return;
    const end = tokens[index + 2];
    token.tag = 'td';
    if (end !== undefined) end.tag = 'td';
  });
}
