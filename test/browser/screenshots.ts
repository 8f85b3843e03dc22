/**
 * Takes the pictures of the documentation: `npm run screenshots`. They show a scorer under load, with alerts, a canary and a shadow.
 * Arguments: seconds of load before (90), and a folder for copies as PNG (none).
 */
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { DashboardPoint } from '../../src/api/dashboard.js';
import { followSnapshots, livePageAt } from '../../src/cli/watch/stream.js';
import { viewOf } from '../../src/cli/watch/view.js';
import { projectPath } from '../support/paths.js';
import { busyScorer } from './busy-scorer.js';
import { openBrowser } from './chromium.js';

const [seconds = '90', copies] = process.argv.slice(2);

const { dashboard, close } = await busyScorer(2_500);
const server = createServer(dashboard).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
const browser = await openBrowser();
try {
  const terminal = terminalPicture();
  await sleep(Number(seconds) * 1_000);
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [size, viewport] of [
      ['desktop', { width: 1_440, height: 1_180 }],
      ['phone', { width: 380, height: 1_500 }],
    ] as const) {
      const page = await browser.newPage({ colorScheme, viewport });
      await page.goto(url);
      await page.waitForSelector('#connection[data-state=live]');
      await sleep(2_500);
      await picture(page, `dashboard-${size}-${colorScheme}`);
    }
  }
  await drawTerminal(browser, terminal());
} finally {
  await browser.close();
  server.close();
  await close();
}

/** WebP takes a third of what PNG takes. */
async function picture(page: Page, name: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80 });
  await writeFile(projectPath(`docs/images/${name}.webp`), Buffer.from(data, 'base64'));
  if (copies !== undefined) await page.screenshot({ path: `${copies}/${name}.png` });
  await page.close();
}

/** Follows the stream as `fraud-scorer watch` does. @returns what gives the view as HTML. */
function terminalPicture(): () => string {
  const points: DashboardPoint[] = [];
  const stop = new AbortController();
  let view = '';
  const painted = (name: string) => (text: string) => `\u0001${name}\u0002${text}\u0003`;
  const paint = { strong: painted('s'), good: painted('g'), warning: painted('w'), bad: painted('b') };
  void followSnapshots(livePageAt(url), stop.signal, (snapshot) => {
    points.push(snapshot.point);
    const trend = { answered: points.map(({ answered }) => answered), p99: points.map(({ p99 }) => p99) };
    view = viewOf(snapshot, trend, '', { columns: 110, rows: 40 }, paint);
  }).catch(() => {});
  return () => {
    stop.abort();
    const html = view.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they mark what is painted
    return html.replace(/\u0001(\w)\u0002/g, '<b class="$1">').replaceAll('\u0003', '</b>');
  };
}

async function drawTerminal(browser: Browser, view: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1_060, height: 480 } });
  await page.setContent(`<style>
    body { margin: 0; padding: 14px 18px; background: #10151a; color: #dbe3ea; font: 14px/1.4 'DejaVu Sans Mono', monospace; }
    pre { margin: 0; font: inherit; } .s { color: #fff; } .g { color: #5fdc9c; } .w { color: #ffc966; } .b { color: #ff8f76; } b { font-weight: 400; } .s { font-weight: 700; }
  </style><pre><b class="g">$</b> npx fraud-scorer watch localhost:9464\n${view}</pre>`);
  await picture(page, 'watch');
}
