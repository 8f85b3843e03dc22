import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoints } from '../../docs/.vitepress/entry-points.js';
import { chromiumPath, openBrowser } from '../browser/chromium.js';
import { projectPath } from '../support/paths.js';
import { pages, read } from './pages.js';

const site = projectPath('docs/.vitepress/dist');
const axe = readFileSync(projectPath('node_modules/axe-core/axe.min.js'), 'utf8');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** The start of the API reference, the page of each subpath, and one page of each kind of declaration: TypeDoc makes all of a kind by the same template. */
const apiPages = [
  '',
  ...entryPoints().map(({ specifier }) => `${specifier}/`),
  ...['classes', 'functions', 'interfaces', 'type-aliases', 'variables'].map(longestPageOf),
];

const topicPages = pages
  .filter((page) => page.startsWith('docs/'))
  .map((page) => page.replace(/^docs\/|(index)?\.md$/g, ''));

/** The page with the most in it, of a kind of declaration. */
function longestPageOf(kind: string): string {
  const api = join(site, 'api');
  const all = readdirSync(api, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes(`/${kind}/`));
  const [longest] = all.sort((one, other) => statSync(join(api, other)).size - statSync(join(api, one)).size);
  if (longest === undefined) throw new Error(`The API reference has no page in a folder ${kind}`);
  return longest.replace(/\.html$/, '');
}

let server: Server;
let browser: Browser;
let page: Page;
let origin: string;
const requested: string[] = [];

beforeAll(async () => {
  server = createServer(({ url = '/' }, response) => {
    const path = normalize(decodeURI(new URL(url, 'http://x').pathname));
    const file = join(site, path.endsWith('/') ? `${path}index.html` : path);
    if (!file.startsWith(site) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.on('request', (request) => requested.push(request.url()));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

const addressOf = (path: string): string => (path === '' || path.endsWith('/') ? path : `${path}.html`);

async function open(path: string): Promise<void> {
  const answer = await page.goto(`${origin}/${addressOf(path)}`);
  expect(answer?.status()).toBe(200);
  // The theme names this switch once its script runs; what the pages load afterwards is asked for by then.
  await page.waitForFunction(`document.querySelector('.VPSwitchAppearance')?.title`);
}

/** What axe finds, each with its first place. */
async function findings(): Promise<string[]> {
  await page.evaluate(axe);
  // The function runs in the page, whose globals are not those of Node.js.
  return page.evaluate(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`);
}

const isLeftOut = chromiumPath === undefined && process.env.CI === undefined;

describe.skipIf(isLeftOut)('the built site', () => {
  describe.each(['light', 'dark'] as const)('in its %s colours', (colorScheme) => {
    beforeAll(() => page.emulateMedia({ colorScheme }));

    it.each([...topicPages, ...apiPages.map((path) => `api/${path}`)])(
      'has nothing that axe objects to: /%s',
      async (path) => {
        await open(path);
        expect(await findings()).toEqual([]);
      },
    );
  });

  it('asks no other server for anything', async () => {
    expect(requested.length).toBeGreaterThan(topicPages.length);
    expect(requested.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))).toEqual([]);
  });

  it('lists every page in its sidebar', async () => {
    await open('getting-started');
    const links = await page.locator('.VPSidebar a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    const expected = topicPages.filter((path) => path !== '').map((path) => `/${path}.html`);
    expect(links).toEqual(expect.arrayContaining(expected));
  });

  it('leads from its start to every page', async () => {
    await open('');
    const links = await page.locator('.vp-doc a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    const expected = topicPages.filter((path) => path !== '').map((path) => `/${path}.html`);
    expect(links.map((link) => link?.replace(/^\.\//, '/'))).toEqual(expect.arrayContaining(expected));
  });

  it('fits a telephone', async () => {
    const telephone = await browser.newPage({ viewport: { width: 390, height: 844 } });
    const tooWide: string[] = [];
    for (const path of [...topicPages, ...apiPages.map((name) => `api/${name}`)]) {
      await telephone.goto(`${origin}/${addressOf(path)}`);
      if (Number(await telephone.evaluate('document.documentElement.scrollWidth')) > 390) tooWide.push(path);
    }
    expect(tooWide).toEqual([]);
    await telephone.close();
  });

  it.each([
    ['TF32', /^\/gpu\.html/],
    ['Retry-After', /^\/(faq|http)\.html/],
    ['maxQueueSize', /^\/(options|faq|requests|failures)\.html/],
  ])('finds the page that explains a word: %s', async (word, address) => {
    await open('');
    await page.keyboard.press('Control+k');
    await page.locator('input[type=search]').fill(word);
    const first = page.locator('.results a').first();
    await first.waitFor();
    expect(await first.getAttribute('href')).toMatch(address);
  });

  it('has pictures with a text in their place', () => {
    const silent = pages.filter((name) => /!\[\s*\]\(|<img (?![^>]*alt="[^"]+")/.test(read(name)));
    expect(silent).toEqual([]);
  });
});
