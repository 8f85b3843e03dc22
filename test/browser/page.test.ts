import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/api/alerts.js';
import { dashboardHandler } from '../../src/integrations/http/index.js';
import { projectPath } from '../support/paths.js';
import { StandInFleet } from '../support/stand-in-fleet.js';
import { StandInScorer } from '../support/stand-in-scorer.js';
import { chromiumPath, openBrowser } from './chromium.js';

let browser: Browser;
let server: Server;
let url: string;
const scorer = new StandInScorer();

const alert: Alert = {
  rule: 'memory',
  severity: 'critical',
  version: null,
  value: 20,
  threshold: 8,
  since: Date.now() - 60_000,
  message: '20.0 GiB of memory, allowed 8.0 GiB',
  advice: '',
};

/** A scorer with all that a page can show. */
function fillScorer(): void {
  const { summaryNow } = scorer;
  const flips = { APPROVE: 900, REVIEW: 5, BLOCK: 2 };
  const shared = {
    name: 'visa-fraud',
    since: Date.now() - 100_000,
    workers: summaryNow.workers,
    requests: { ...summaryNow.requests, total: 1_000, succeeded: 1_000 },
    performance: summaryNow.performance,
    business: { ...summaryNow.business, total: 1_000, approved: 940, reviewed: 40, blocked: 20 },
  };
  const dropped = { queueFull: 0, pressure: 0, notReadable: 0, failed: 0, late: 0, unpaired: 0, retired: 0 };
  const { latencyMs } = summaryNow.performance;
  summaryNow.deployments = [
    { ...shared, version: '1', role: 'primary', traffic: 0.75 },
    {
      ...shared,
      ...{ version: '3-with-a-name-that-is-long-and-has-no-place-to-break', role: 'challenger', traffic: 0.25 },
      canary: { state: 'waiting', step: 0, share: 0.25, reason: 'too few requests' },
    },
    {
      ...shared,
      ...{ version: '2', role: 'shadow', traffic: 0 },
      shadow: {
        ...{ copied: 1_000, dropped, latencyMs, psi: 0.2, scoreDifference: { mean: 0, p95: 0.1 } },
        flips: { APPROVE: flips, REVIEW: flips, BLOCK: flips },
      },
    },
  ];
  summaryNow.activeAlerts = [alert];
  const before = { rule: 'latency', severity: 'warning', message: 'P99 of 120 ms, allowed 100 ms' } as const;
  scorer.alertsNow = {
    active: [alert],
    history: [
      { ...alert, clearedAt: null },
      { ...alert, ...before, clearedAt: Date.now() },
    ],
  };
  summaryNow.business.total = 1_000;
}

beforeAll(async () => {
  fillScorer();
  const dashboard = dashboardHandler(scorer, { path: '/ops/fraud/' });
  scorer.emit('deployment', { type: 'deployed', version: '3', at: Date.now(), traffic: 0.25 });
  server = createServer(dashboard).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/ops/fraud/`;
  if (chromiumPath !== undefined) browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  server.closeAllConnections();
  server.close();
});

type PageOptions = NonNullable<Parameters<Browser['newPage']>[0]>;

/** @returns the page once it is live, and what it complained of. */
async function open(options: PageOptions = {}): Promise<{ page: Page; complaints: string[]; asked: string[] }> {
  const page = await browser.newPage(options);
  const [complaints, asked]: [string[], string[]] = [[], []];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  await page.waitForSelector('#connection[data-state=live]');
  await page.waitForSelector('#panels .wide tbody tr');
  return { page, complaints, asked };
}

const themes = ['light', 'dark'] as const;
const sizes = [
  { width: 1_440, height: 900 },
  { width: 380, height: 800 },
] as const;

// Elsewhere a machine may have no browser; in CI a test that does not run would hide that the page is broken.
describe.skipIf(chromiumPath === undefined && process.env.CI === undefined)('the live page in a browser', () => {
  it('loads under a prefix, without an error, a violation of its policy or a request to elsewhere', async () => {
    const { page, complaints, asked } = await open();
    expect(complaints).toEqual([]);
    expect(asked.filter((one) => !one.startsWith('data:')).every((one) => one.startsWith(url))).toBe(true);
    expect(await page.locator('.plot canvas').count()).toBe(4);
    expect(await page.locator('#active-alerts').textContent()).toMatch(/Critical\s+20.0 GiB of memory/);
    await page.close();
  });

  for (const colorScheme of themes) {
    for (const viewport of sizes) {
      it(`has nothing for axe to find, and fits, in ${colorScheme} at ${viewport.width} pixels`, async () => {
        const { page } = await open({ colorScheme, viewport, bypassCSP: true });
        await page.locator('summary').first().click();
        await page.evaluate(await readFile(projectPath('node_modules/axe-core/axe.min.js'), 'utf8'));
        const violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] = await page.evaluate(
          'axe.run().then(({ violations }) => violations)',
        );
        const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => [node.html, node.failureSummary])]);
        expect(found).toEqual([]);
        const wide = await page.evaluate(
          '[...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".plot")).map((e) => e.outerHTML.slice(0, 120))',
        );
        expect(wide).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
        await page.close();
      });
    }
  }

  it('lists the nodes of a fleet, on a narrow screen too, and says in the title how many there are', async () => {
    const fleetServer = createServer(dashboardHandler(new StandInFleet())).listen(0, '127.0.0.1');
    await once(fleetServer, 'listening');
    const address = fleetServer.address();
    for (const viewport of sizes) {
      const page = await browser.newPage({ viewport, bypassCSP: true });
      await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
      await page.waitForSelector('[aria-labelledby=nodes-title] tbody tr');
      expect(await page.title()).toBe('visa-fraud – 1 node, 1 missing – fraud-scorer');
      expect(await page.locator('#subtitle').textContent()).toContain('on 1 node, 1 missing');
      const rows = await page.locator('[aria-labelledby=nodes-title] tbody tr').allTextContents();
      expect(rows[0]).toMatch(/^node-b✖ does not answer–/);
      expect(rows[1]).toMatch(/^node-a✓ healthy1,234.*1 \(75.*3 \(shadow\)$/);
      await page.evaluate(await readFile(projectPath('node_modules/axe-core/axe.min.js'), 'utf8'));
      const violations: { id: string }[] = await page.evaluate('axe.run().then(({ violations }) => violations)');
      expect(violations.map(({ id }) => id)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(viewport.width);
      await page.close();
    }
    fleetServer.closeAllConnections();
    fleetServer.close();
  });

  it('can be used with the keyboard: skip link, time, pause and theme', async () => {
    const { page } = await open();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowLeft');
    expect(await page.locator('input[name=window]:checked').inputValue()).toBe('120000');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('#pause').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Dark');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.reload();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.close();
  });

  it('says that it reconnects when the service goes away, and announces it', async () => {
    const { page } = await open();
    server.closeAllConnections();
    await page.waitForSelector('#connection[data-state=reconnecting]');
    expect(await page.locator('#announce').textContent()).toContain('Reconnecting');
    await page.waitForSelector('#connection[data-state=live]');
    await page.close();
  });

  it('breaks no number over two lines, however long the name of a version is', async () => {
    const [, second] = scorer.summaryNow.deployments;
    const version = second?.version ?? '';
    if (second !== undefined) Object.assign(second, { version: 'v'.repeat(200) });
    const { page } = await open({ viewport: { width: 1_440, height: 900 } });
    await page.getByText('v'.repeat(200)).first().waitFor();
    const broken =
      await page.evaluate(`[...document.querySelectorAll('#panels .wide tbody td.number')].filter((cell) => {
      const range = document.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length > 1;
    }).map((cell) => cell.textContent)`);
    expect(broken).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(1_440);
    await page.close();
    if (second !== undefined) Object.assign(second, { version });
  });

  it('shows texts as texts, whatever a version is called', async () => {
    const [first] = scorer.summaryNow.deployments;
    if (first !== undefined) Object.assign(first, { version: '<img src=x onerror=alert(1)>' });
    const { page, complaints } = await open();
    // The first snapshot may have been made a moment before.
    await page.getByText('<img src=x').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  // The last one: a page that was closed stays so.
  it('says that the scorer is closed until one serves again, and not that it reconnects', async () => {
    const { page } = await open();
    scorer.closed = true;
    await page.waitForSelector('#connection[data-state=closed]');
    // It asks again meanwhile, and is refused.
    const refused = (): Promise<unknown> =>
      page.waitForResponse((response) => response.url().includes('events') && response.status() === 503);
    await refused();
    await refused();
    expect(await page.locator('#connection').getAttribute('data-state')).toBe('closed');
    expect(await page.locator('#announce').textContent()).toContain('Closed');
    await page.close();
  });
});
