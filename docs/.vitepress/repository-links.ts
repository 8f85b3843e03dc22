import { posix } from 'node:path';

const repository = 'https://github.com/fraud-scorer/fraud-scorer';

/**
 * Where a link of a page leads on the site. A page links to files of the repository by relative paths, which work on GitHub; the site has
 * the pages alone, so that it sends readers to the repository for all else.
 *
 * @param href the link, as it is in the page.
 * @param page the path of the page, from the folder `docs`.
 * @returns the link for the site.
 */
export function siteLink(href: string, page: string): string {
  if (/^([a-z]+:|#|\/)/i.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.normalize(posix.join('docs', posix.dirname(page), decodeURI(path)));
  if (target.startsWith('docs/') && target.endsWith('.md')) return href;
  const kind = /\.[a-z]+$/i.test(target) || target === 'LICENSE' ? 'blob' : 'tree';
  return `${repository}/${kind}/main/${target.replace(/\/$/, '')}${anchor === undefined ? '' : `#${anchor}`}`;
}
