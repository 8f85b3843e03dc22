import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine; undefined where there is none. */
export const chromiumPath = process.env.CHROMIUM_PATH ?? places.find((path) => existsSync(path));

/** @throws {Error} where there is no browser. */
export async function openBrowser(): Promise<Browser> {
  if (chromiumPath === undefined)
    throw new Error('There is no Chromium: install it (apt-get install chromium), or set CHROMIUM_PATH');
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
  });
}
