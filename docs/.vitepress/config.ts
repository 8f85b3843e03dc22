import { defineConfig } from 'vitepress';
import { apiSidebar } from './api-sidebar.js';
import { namedHeadersOnly } from './named-headers.js';
import { plannedPages, sidebar } from './pages.js';
import { siteLink } from './repository-links.js';

const isThere = (page: string): boolean => sidebar().some(({ items }) => items.some(({ link }) => link === `/${page}`));

/** A tick in a shield. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path fill="#3451b2" d="M16 2 4 6v10c0 7 5 11 12 14 7-3 12-7 12-14V6z"/><path fill="none" stroke="#fff" stroke-width="3" d="m10 16 4 4 8-8"/></svg>';

export default defineConfig({
  title: 'fraud-scorer',
  description: 'Real-time fraud scoring for Node.js',
  // GitHub Pages serves a project below its name.
  base: process.env.DOCS_BASE ?? '/',
  // A browser asks for /favicon.ico where a page names none.
  head: [['link', { rel: 'icon', href: `data:image/svg+xml,${encodeURIComponent(icon)}` }]],
  cleanUrls: false,
  ignoreDeadLinks: plannedPages.filter((page) => !isThere(page)).map((page) => `./${page}`),
  // Times of the last change need the history of git, which a tarball has not.
  lastUpdated: false,
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { promql: 'shellscript' },
    config: (markdown) => {
      markdown.core.ruler.push('repository-links', ({ tokens, env }) => {
        for (const { children } of tokens) {
          for (const token of children ?? []) {
            const href = token.type === 'link_open' ? token.attrGet('href') : null;
            if (href !== null) token.attrSet('href', siteLink(href, String(env.relativePath)));
          }
        }
      });
      markdown.core.ruler.push('named-headers', ({ tokens }) => namedHeadersOnly(tokens));
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        // Pages that explain come before the hundreds of the reference.
        miniSearch: { searchOptions: { boostDocument: (id: string) => (id.startsWith('/api/') ? 0.2 : 1) } },
      },
    },
    outline: { level: [2, 3] },
    nav: [
      { text: 'Guide', link: '/getting-started', activeMatch: '^/(?!api/)' },
      { text: 'API', link: '/api/', activeMatch: '^/api/' },
      { text: 'Repository', link: 'https://github.com/fraud-scorer/fraud-scorer' },
    ],
    sidebar: {
      '/api/': apiSidebar(),
      '/': sidebar(),
    },
  },
});
