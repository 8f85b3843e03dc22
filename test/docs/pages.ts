import { readdirSync, readFileSync } from 'node:fs';
import MarkdownIt from 'markdown-it';
import { plannedPages } from '../../docs/.vitepress/pages.js';
import { projectPath } from '../support/paths.js';

/** The papers that are checked: paths from the project's root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  ...readdirSync(projectPath('docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
];

/** Pages and subpaths that the documentation names and that other parts of the package bring. Each is checked once it is there. */
export const planned = {
  pages: plannedPages.map((page) => `docs/${page}.md`),
  subpaths: [] as readonly string[],
};

export const markdown = new MarkdownIt({ html: true });

export const read = (page: string): string => readFileSync(projectPath(page), 'utf8');

/** A block of code of a page. */
export interface CodeBlock {
  page: string;
  /** Of its first line of code, from 1. */
  line: number;
  /** As after the three backticks: `ts`, `sh`; empty where there is none. */
  language: string;
  code: string;
  /** What a comment `<!-- given: … -->` right before it declares. */
  given: string;
  /** The file that it shows, by a comment `<!-- file: … -->` right before it; null for none. */
  file: string | null;
  /** The test that runs it, by a comment `<!-- run by: … -->` right before it; null for none. */
  runBy: string | null;
}

/** All blocks of code of a page, those in lists included. */
export function codeBlocksOf(page: string): CodeBlock[] {
  const tokens = markdown.parse(read(page), {});
  return tokens.flatMap((token, index) => {
    if (token.type !== 'fence') return [];
    const before = tokens[index - 1];
    const comment = before?.type === 'html_block' ? before.content : '';
    return [
      {
        page,
        line: (token.map?.[0] ?? 0) + 2,
        language: token.info.trim().split(/\s/)[0] ?? '',
        code: token.content,
        given: /<!-- given: ([\s\S]*?)-->/.exec(comment)?.[1]?.trim() ?? '',
        file: /<!-- file: (\S+) -->/.exec(comment)?.[1] ?? null,
        runBy: /<!-- run by: (\S+) -->/.exec(comment)?.[1] ?? null,
      },
    ];
  });
}
