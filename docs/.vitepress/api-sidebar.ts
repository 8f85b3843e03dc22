import { existsSync, readdirSync } from 'node:fs';
import type { DefaultTheme } from 'vitepress';
import { entryPoints } from './entry-points.js';
import { projectRoot } from './project-root.js';

const byName = new Intl.Collator('en');

/** The sidebar of the API reference: each subpath with its names, of all kinds. Empty where TypeDoc has not run. */
export function apiSidebar(): DefaultTheme.SidebarItem[] {
  return entryPoints()
    .filter(({ specifier }) => existsSync(`${projectRoot}/docs/api/${specifier}`))
    .map(({ specifier }) => ({
      text: specifier,
      // A part that can be folded must have a link, or the theme puts a button into a button.
      link: `/api/${specifier}/`,
      collapsed: true,
      items: namesOf(specifier),
    }));
}

function namesOf(specifier: string): DefaultTheme.SidebarItem[] {
  const subpaths = new Set(entryPoints().map((entry) => entry.specifier));
  const folder = `${projectRoot}/docs/api/${specifier}`;
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !subpaths.has(`${specifier}/${entry.name}`))
    .flatMap(({ name: kind }) =>
      readdirSync(`${folder}/${kind}`).map((file) => {
        const text = file.replace(/\.md$/, '');
        return { text, link: `/api/${specifier}/${kind}/${text}` };
      }),
    )
    .sort((one, other) => byName.compare(one.text, other.text));
}
