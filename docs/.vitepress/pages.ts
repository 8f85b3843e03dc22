import { existsSync, readdirSync } from 'node:fs';
import { projectRoot } from './project-root.js';

/** A part of the sidebar: its heading, and its pages (files of `docs` without `.md`) with their titles. */
interface Part {
  text: string;
  pages: Readonly<Record<string, string>>;
}

const parts: readonly Part[] = [
  {
    text: 'First steps',
    pages: {
      'getting-started': 'Getting started',
      requests: 'Requests and features',
      models: 'Models',
      'model-directory': 'Model directory',
      decisions: 'Decisions and thresholds',
    },
  },
  {
    text: 'In a service',
    pages: {
      embedding: 'Embedding',
      express: 'Express',
      fastify: 'Fastify',
      nestjs: 'NestJS',
      http: 'HTTP',
      bundlers: 'Bundlers',
      containers: 'Containers',
      testing: 'Testing',
      logging: 'Logs',
      platforms: 'Platforms',
      options: 'Options',
      command: 'The command',
    },
  },
  {
    text: 'Operate it',
    pages: {
      deployments: 'Deployments',
      monitoring: 'Monitoring',
      metrics: 'Metrics',
      alerts: 'Alerts',
      labels: 'Labels',
      records: 'Decision records',
      drift: 'Drift',
      tracing: 'Traces and channels',
      dashboard: 'Live page',
      fleet: 'A fleet on NATS',
      'fleet-streams': 'Streams',
      'fleet-deployments': 'Deployments of a fleet',
      'fleet-summary': 'Summary of a fleet',
      failures: 'Failures',
      performance: 'Performance',
      gpu: 'GPU',
      security: 'Security',
    },
  },
  {
    text: 'Look up',
    pages: { architecture: 'Architecture', faq: 'FAQ', glossary: 'Glossary' },
  },
];

/**
 * Pages that other pages link to and that are still to be written. A page that is there is checked as any other; take it off the list then.
 */
export const plannedPages: readonly string[] = [];

const isThere = (page: string): boolean => existsSync(`${projectRoot}/docs/${page}.md`);

/** The sidebar: the pages above that are there, and those that stand in no part at the end. */
export function sidebar(): { text: string; items: { text: string; link: string }[] }[] {
  const known = new Set(['index', ...parts.flatMap(({ pages }) => Object.keys(pages))]);
  const others = readdirSync(`${projectRoot}/docs`)
    .filter((file) => file.endsWith('.md'))
    .map((file) => file.slice(0, -'.md'.length))
    .filter((page) => !known.has(page));
  const rest = { text: 'More', pages: Object.fromEntries(others.map((page) => [page, page])) };
  return [...parts, rest]
    .map(({ text, pages }) => ({
      text,
      items: Object.entries(pages)
        .filter(([page]) => isThere(page))
        .map(([page, title]) => ({ text: title, link: `/${page}` })),
    }))
    .filter(({ items }) => items.length > 0);
}
