import { parseArgs } from 'node:util';
import PQueue from 'p-queue';
import { type Entry, type NodeLine, nodeLines, type Trial } from './entry.js';
import { NodePrograms } from './node-programs.js';
import { table, trials } from './table.js';
import { Workplace } from './workplace.js';

const usage = `Installs the packed package into a temporary project for each bundler and framework, and has each score a request.

  npm run test:matrix -- [options]

  --only TEXT    entries whose name has this text
  --node LIST    lines of Node.js, such as 20,24; default: ${nodeLines.join(',')}
  --ci           one line of Node.js for each entry that CI takes
  --list         names the entries and runs nothing
`;

const options = {
  only: { type: 'string', default: '' },
  node: { type: 'string', default: nodeLines.join(',') },
  ci: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Two at a time: installs wait for the network, builds for a CPU. */
const concurrency = 2;

interface Tally {
  passed: number;
  skipped: number;
  readonly failed: string[];
}

const everything: readonly (Entry | Trial)[] = [...table, ...trials];

const { values } = parseArgs({ options });
if (values.help) console.log(usage);
else if (values.list)
  for (const entry of everything) console.log(`${entry.name}${entry.ci ? ` (CI: Node.js ${entry.ci})` : ''}`);
else process.exitCode = await runAll(chosen(values.only, values.node, values.ci));

interface Chosen {
  readonly entry: Entry | Trial;
  readonly lines: readonly NodeLine[];
}

function chosen(only: string, node: string, isCi: boolean): Chosen[] {
  const wanted = node.split(',');
  const unknown = wanted.find((line) => !nodeLines.some((known) => known === line));
  if (unknown !== undefined) {
    throw new Error(`--node: expected lines out of ${nodeLines.join(',')}, received ${unknown}`);
  }
  const found = everything.filter(({ name, ci }) => name.toLowerCase().includes(only.toLowerCase()) && (!isCi || ci));
  if (found.length === 0) throw new Error(`--only: no entry has "${only}" in its name; --list names them`);
  return found.map((entry) => {
    const lines = 'run' in entry ? entry.lines : nodeLines.filter((line) => wanted.includes(line));
    return { entry, lines: isCi && entry.ci ? [entry.ci] : lines };
  });
}

/** @returns the exit code. */
async function runAll(all: readonly Chosen[]): Promise<number> {
  const tally: Tally = { passed: 0, skipped: 0, failed: [] };
  const queue = new PQueue({ concurrency });
  const programs = new NodePrograms();
  const workplace = await Workplace.create();
  try {
    await queue.addAll(all.map((one) => () => runOne(one, workplace, programs, tally)));
  } finally {
    await workplace.remove();
  }
  for (const name of tally.failed) console.log(`FAILED: ${name}`);
  console.log(
    `${tally.passed} passed, ${tally.failed.length} failed${tally.skipped > 0 ? `, ${tally.skipped} skipped` : ''}`,
  );
  return tally.failed.length === 0 ? 0 : 1;
}

/** Prepares an entry once, and tries it on each line of Node.js. */
async function runOne(
  { entry, lines }: Chosen,
  workplace: Workplace,
  programs: NodePrograms,
  tally: Tally,
): Promise<void> {
  const started = performance.now();
  const obstacle = 'run' in entry ? entry.obstacle() : null;
  if (obstacle !== null && !process.env.CI) {
    tally.skipped += 1;
    console.log(`skipped: ${entry.name}: ${obstacle}`);
    return;
  }
  const prepared = 'run' in entry ? null : workplace.prepare(entry);
  for (const line of lines) {
    const name = `${entry.name} (Node.js ${line})`;
    try {
      if (obstacle !== null) throw new Error(obstacle);
      const node = await programs.pathOf(line);
      if ('run' in entry)
        await entry.run({ node, tarball: workplace.tarball, directory: await workplace.folder('trial') });
      else await tryHost(entry, node, await prepared, workplace.model);
      tally.passed += 1;
      console.log(`passed: ${name}, after ${((performance.now() - started) / 1000).toFixed(0)} s`);
    } catch (error) {
      tally.failed.push(name);
      console.log(`FAILED: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function tryHost(entry: Entry, node: string, directory: string | null, model: string): Promise<void> {
  if (directory === null) throw new Error('An entry has a project');
  return entry.check({ node, directory, program: entry.host, env: { MODEL: model } });
}
