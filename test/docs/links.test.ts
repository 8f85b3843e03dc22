import { existsSync, statSync } from 'node:fs';
import { posix } from 'node:path';
import type Token from 'markdown-it/lib/token.mjs';
import { describe, expect, it } from 'vitest';
import { siteLink } from '../../docs/.vitepress/repository-links.js';
import { projectPath } from '../support/paths.js';
import { markdown, pages, planned, read } from './pages.js';

const repository = 'https://github.com/fraud-scorer/fraud-scorer';

/** Links and pictures of a page, those in HTML included. */
function linksOf(text: string): string[] {
  const links: string[] = [];
  const visit = (tokens: readonly Token[]): void => {
    for (const token of tokens) {
      const link = token.attrGet('href') ?? token.attrGet('src');
      if (link !== null) links.push(link);
      if (token.type.startsWith('html_')) {
        for (const [, target = ''] of token.content.matchAll(/(?:href|src)="([^"]+)"/g)) links.push(target);
      }
      visit(token.children ?? []);
    }
  };
  visit(markdown.parse(text, {}));
  return links;
}

/** Texts of the headings of a page. */
function headingsOf(text: string): string[] {
  const tokens = markdown.parse(text, {});
  return tokens.flatMap(({ type }, index) =>
    type === 'heading_open' ? [(tokens[index + 1]?.children ?? []).map(({ content }) => content).join('')] : [],
  );
}

/** As GitHub and npm make an anchor of a heading. */
const githubAnchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

/** As the site does (the slugs of @mdit-vue/shared). */
const siteAnchor = (heading: string): string =>
  heading
    .normalize('NFKD')
    .replace(/[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .replace(/^(\d)/, '_$1')
    .toLowerCase();

/** What is wrong with a link of a page; null where nothing is. */
function faultOf(page: string, text: string, link: string): string | null {
  const own = link.startsWith(`${repository}/`) ? /\/(?:blob|tree|raw)\/main\/(.+)$/.exec(link)?.[1] : null;
  if (/^[a-z]+:/i.test(link) && own == null) return isWellFormed(link) ? null : 'is no address';
  const [path = '', anchor] = (own ?? link).split('#');
  const folder = own == null ? posix.dirname(page) : '.';
  const target = path === '' ? page : posix.normalize(posix.join(folder, decodeURI(path)));
  const isOther = target !== page;
  if (isOther && !existsSync(projectPath(target)))
    return planned.pages.includes(target) ? null : `${target} is not there`;
  if (anchor === undefined || (isOther && statSync(projectPath(target)).isDirectory())) return null;
  const headings = headingsOf(isOther ? read(target) : text);
  if (!headings.map(githubAnchor).includes(anchor)) return `${target} has no heading for #${anchor} on GitHub`;
  if (target.startsWith('docs/') && !headings.map(siteAnchor).includes(anchor))
    return `${target} has no heading for #${anchor} on the site`;
  return null;
}

function isWellFormed(link: string): boolean {
  return URL.canParse(link) && ['https:', 'mailto:'].includes(new URL(link).protocol);
}

const faultsOf = (page: string, text: string): string[] =>
  linksOf(text).flatMap((link) => {
    const fault = faultOf(page, text, link);
    return fault === null ? [] : [`${link}: ${fault}`];
  });

describe('the links of the documentation', () => {
  it.each(pages)('lead somewhere: %s', (page) => {
    expect(faultsOf(page, read(page))).toEqual([]);
  });

  it('are found wrong where they lead nowhere', () => {
    const text = [
      '# One heading',
      '[a](nowhere.md) [b](#another) [c](faq.md#nothing) ![d](images/none.webp) [e](http:/x)',
      `[f](${repository}/blob/main/docs/none.md) <img src="none.png"> [g](#one-heading) [h](../README.md#install)`,
    ].join('\n\n');
    expect(faultsOf('docs/x.md', text)).toEqual([
      'nowhere.md: docs/nowhere.md is not there',
      '#another: docs/x.md has no heading for #another on GitHub',
      'faq.md#nothing: docs/faq.md has no heading for #nothing on GitHub',
      'images/none.webp: docs/images/none.webp is not there',
      'http:/x: is no address',
      `${repository}/blob/main/docs/none.md: docs/none.md is not there`,
      'none.png: docs/none.png is not there',
    ]);
  });

  it('lead from the site to the repository, where they leave the pages', () => {
    expect(siteLink('../SECURITY.md', 'security.md')).toBe(`${repository}/blob/main/SECURITY.md`);
    expect(siteLink('../examples/express', 'embedding.md')).toBe(`${repository}/tree/main/examples/express`);
    expect(siteLink('dashboards/', 'monitoring.md')).toBe(`${repository}/tree/main/docs/dashboards`);
    expect(siteLink('routing-vectors.json', 'deployments.md')).toBe(
      `${repository}/blob/main/docs/routing-vectors.json`,
    );
    expect(siteLink('../models/README.md#data', 'a.md')).toBe(`${repository}/blob/main/models/README.md#data`);
    expect(siteLink('faq.md#x', 'index.md')).toBe('faq.md#x');
    expect(siteLink('../interfaces/Health.md', 'api/fraud-scorer/classes/FraudScorer.md')).toBe(
      '../interfaces/Health.md',
    );
    expect(siteLink('#x', 'index.md')).toBe('#x');
    expect(siteLink('https://example.com/a', 'index.md')).toBe('https://example.com/a');
  });
});
