import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

/** The largest allowed page, in bytes. */
const heaviest = 200_000;

/** Marks in the template that the style and the script replace. */
const places = { style: '/* style */', script: '/* script */' } as const;

/**
 * Builds the live page into one HTML text that contains its script and style. For build tools and tests; not part of the package.
 *
 * @param path the path of the template.
 * @throws {Error} if it cannot be built or is too large.
 */
export async function buildPage(path: string): Promise<{ html: string; scriptHash: string; styleHash: string }> {
  const directory = join(path, '..');
  const [template, script, style] = await Promise.all([
    readFile(path, 'utf8'),
    bundled(join(directory, 'main.ts')),
    bundled(join(directory, 'page.css')),
  ]);
  if (/<\/(script|style)/i.test(script + style)) throw new Error(`${path}: its script or style would end itself`);
  const html = template
    .replace(/\n\s*/g, '\n')
    .replace(places.style, () => style)
    .replace(places.script, () => script);
  if (html.length > heaviest) throw new Error(`${path}: expected at most ${heaviest} bytes, it has ${html.length}`);
  return { html, scriptHash: hashOf(script), styleHash: hashOf(style) };
}

/** For the bundler: `import page from './page/page.html'` gives the page and its hashes. */
export const pagePlugin: Plugin = {
  name: 'live-page',
  setup(build) {
    build.onLoad({ filter: /[\\/]dashboard[\\/]page[\\/]page\.html$/ }, async ({ path }) => ({
      contents: JSON.stringify(await buildPage(path)),
      loader: 'json',
    }));
  },
};

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16.4'],
    legalComments: 'none',
    charset: 'utf8',
    logLevel: 'error',
  });
  return outputFiles[0]?.text.trim() ?? '';
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
