import { access, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, inject, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { nodeVersions } from './node-versions.js';
import { type Finished, runIn } from './run-in.js';

const consumer = inject('consumer');

/** Warnings, wherever they come from, would be on stderr, but for that about the demonstration model. */
const flags = ['--trace-warnings', '--disable-warning=FRAUD_SCORER_DEMO_MODEL'];
const node = (...args: string[]): Promise<Finished> => runIn(consumer, process.execPath, [...flags, ...args]);

function expectScore({ code, stdout, stderr }: Finished): void {
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({
    source: 'model',
    id: 'a',
    model: { name: 'visa-fraud', version: '1' },
    fraudProbability: expect.any(Number),
    riskScore: expect.any(Number),
  });
}

describe('the tarball', () => {
  const { files, size } = inject('tarball');

  it('holds what is built, the bundled model and the papers, and nothing else', () => {
    expect([...files].sort()).toEqual(
      [
        'CHANGELOG.md',
        'LICENSE',
        'README.md',
        'SECURITY.md',
        'bench/results/open-loop.svg',
        'bench/results/saturation.svg',
        'dist/THIRD-PARTY-LICENSES.txt',
        ...['index', 'reference'].flatMap((entry) =>
          ['cjs', 'cjs.map', 'd.cts', 'd.ts', 'js', 'js.map'].map((extension) => `dist/${entry}.${extension}`),
        ),
        ...[
          'express',
          'fastify',
          'http',
          'nats',
          'nestjs',
          'opentelemetry',
          'prometheus',
          'records',
          'testing',
        ].flatMap((entry) => ['cjs', 'd.cts', 'd.ts', 'js'].map((extension) => `dist/${entry}.${extension}`)),
        'dist/adopt-process.js',
        'dist/adopt-process.mjs',
        'dist/cli.js',
        'dist/http-shared.cjs',
        'dist/http-shared.js',
        'dist/records-worker.js',
        'dist/records-worker.mjs',
        'dist/score-charts.js',
        'dist/tool-worker.js',
        'dist/tool-worker.js.map',
        'dist/tool-worker.mjs',
        'dist/worker.js',
        'dist/worker.js.map',
        'dist/worker.mjs',
        'models/metrics.schema.json',
        'models/records.schema.json',
        'models/model.schema.json',
        'models/visa-fraud/1/calibration.svg',
        'models/visa-fraud/1/cases.json',
        'models/visa-fraud/1/model.json',
        'models/visa-fraud/1/model.onnx',
        'models/visa-fraud/1/precision-recall.svg',
        'models/visa-fraud/README.md',
        'package.json',
      ].sort(),
    );
  });

  it('takes less than four megabytes, a part of it source maps', () => {
    expect(size).toBeLessThan(4_000_000);
  });

  it('has source maps that carry their sources, which are not in it', async () => {
    for (const file of files.filter((name) => name.endsWith('.map'))) {
      const map = JSON.parse(await readFile(join(consumer, 'node_modules/fraud-scorer', file), 'utf8'));
      expect(map.sourcesContent, file).toHaveLength(map.sources.length);
      expect(map.sourcesContent, file).not.toContain(null);
    }
  });
});

describe('the papers of the tarball', () => {
  const { files } = inject('tarball');
  const installed = (file: string): Promise<string> =>
    readFile(join(consumer, 'node_modules/fraud-scorer', file), 'utf8');
  const isInTarball = (path: string): boolean => files.some((file) => file === path || file.startsWith(`${path}/`));

  it.each(files.filter((file) => file.endsWith('.md')))(
    'have no link that leads nowhere once they are installed: %s',
    async (file) => {
      const text = await installed(file);
      for (const { target, path, anchor } of linksOf(text)) {
        if (/^https?:/.test(target)) continue;
        if (path !== '') expect(isInTarball(join(dirname(file), path)), target).toBe(true);
        else expect(anchorsOf(text), target).toContain(anchor);
      }
    },
  );

  it('link to files of the repository that are there', async () => {
    const manifest = JSON.parse(await installed('package.json'));
    const repository = manifest.repository.url.replace(/^git\+|\.git$/g, '');
    expect(manifest).toMatchObject({ homepage: `${repository}#readme`, bugs: `${repository}/issues` });
    const links = linksOf(await installed('README.md')).filter(({ target }) => target.startsWith(`${repository}/`));
    expect(links.length).toBeGreaterThan(0);
    for (const { path } of links) {
      const inRepository = path.slice(repository.length).replace(/^\/(blob|tree)\/main\//, '');
      await expect(access(projectPath(inRepository)), path).resolves.toBeUndefined();
    }
  });
});

interface Link {
  target: string;
  path: string;
  anchor: string;
}

/** Links and images of a Markdown text, but for those in blocks of code. */
function linksOf(markdown: string): Link[] {
  const text = markdown.replace(/^ *```[\s\S]*?^ *```/gm, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => {
    const [path = '', anchor = ''] = target.split('#');
    return { target, path, anchor };
  });
}

/** As GitHub and npm make them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the installed package, under a path with spaces and a #', () => {
  it.each(['esm.mjs', 'cjs.cjs'])(
    'scores with the bundled model from JavaScript and ends without a warning: %s',
    async (file) => {
      expectScore(await node(file));
    },
  );

  it.each(nodeVersions)('scores in both module forms on Node.js %s', async (version) => {
    const binary = join(consumer, `node_modules/node-${version}/bin/node`);
    for (const file of ['esm.mjs', 'cjs.cjs']) expectScore(await runIn(consumer, binary, [...flags, file]));
  });

  // Its client of today is for Node.js 22 and later.
  it.each(nodeVersions.filter((version) => !version.startsWith('20')))(
    'puts its metrics on a registry of either client of Prometheus: Node.js %s',
    async (version) => {
      const binary = join(consumer, `node_modules/node-${version}/bin/node`);
      const { code, stdout, stderr } = await runIn(consumer, binary, [...flags, 'metrics.mjs']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const [older, newer]: { scraped: string; ofTwo: string; left: string }[] = JSON.parse(stdout);
      // What changes while time passes.
      const stable = (lines = ''): string[] =>
        lines.split('\n').filter((line) => !/^fraud_scorer_(event_loop|gc_)/.test(line));
      expect(stable(newer?.scraped)).toEqual(stable(older?.scraped));
      expect(stable(newer?.ofTwo)).toEqual(stable(older?.ofTwo));
      expect(newer?.scraped).toContain(
        'fraud_scorer_requests_total{outcome="succeeded",version="1",scorer="cards"} 1\n',
      );
      expect(newer?.ofTwo).toContain('fraud_scorer_requests_total{outcome="succeeded",version="1",scorer="cards"} 2\n');
      expect(newer?.ofTwo).toContain('fraud_scorer_ready{scorer="cards"} 1\n');
      expect(newer?.left).toBe('');
    },
  );

  it.each(['its own', ...nodeVersions])('has a command that finds it in order: Node.js %s', async (version) => {
    const own = version === 'its own';
    const binary = own ? process.execPath : join(consumer, `node_modules/node-${version}/bin/node`);
    const args = ['--trace-warnings', 'node_modules/.bin/fraud-scorer', 'doctor', '--provider', 'cpu', '--json'];
    const { code, stdout, stderr } = await runIn(consumer, binary, args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { providers, problems } = JSON.parse(stdout);
    expect(problems).toEqual([]);
    expect(providers.at(-1)).toMatchObject({ provider: 'cpu', works: true, scored: { cases: 16 } });
  });

  it('has a command that npx runs, and needs nothing that is not installed', async () => {
    const { code, stdout, stderr } = await runIn(consumer, 'npx', ['--no-install', 'fraud-scorer', 'doctor']);
    // npm may have something to say of whoever's settings there are.
    expect({ code, stderr: stderr.replace(/^npm warn .*\n/gm, '') }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/cpu\s+│ yes/);
  });

  it('knows its errors across its two forms in one process, by their own names', async () => {
    const { stdout, stderr } = await node('both.cjs');
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ crosses: true, code: 'ERR_INVALID_REQUEST', name: 'InvalidRequestError' });
  });
});

describe('the types of the installed package', () => {
  const strict = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--target', 'es2022'];
  const compile = (compiler: string, ...args: string[]): Promise<Finished> =>
    runIn(consumer, process.execPath, [`node_modules/${compiler}/bin/tsc`, ...strict, ...args]);
  const tsc = (...args: string[]): Promise<Finished> => compile('typescript', ...args);

  it.each([
    ['ES modules', 'mts', 'mjs'],
    ['CommonJS', 'cts', 'cjs'],
  ])('resolve by NodeNext from %s, libraries checked, and what is compiled scores', async (_form, source, compiled) => {
    await copyFile(join(consumer, 'typed.ts'), join(consumer, `typed.${source}`));
    const { code, stdout } = await tsc('--module', 'nodenext', `typed.${source}`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expectScore(await node(`typed.${compiled}`));
  });

  it('resolve by "bundler", libraries checked', async () => {
    const options = ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', 'node', '--noEmit'];
    const { code, stdout } = await tsc(...options, 'typed.ts', 'host.ts', 'registries.ts');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });

  it('compile with TypeScript 5.0 for an older language level, libraries checked', async () => {
    const options = [
      '--target',
      'es2020',
      '--module',
      'esnext',
      '--moduleResolution',
      'bundler',
      '--types',
      'node',
      '--noEmit',
    ];
    const { code, stdout } = await compile('typescript-5.0', ...options, 'typed.ts');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

describe('a host that is bundled into one file', () => {
  // Piscina finds its own worker beside itself, and the runtime is native: both stay in node_modules.
  const bundle = (): Promise<unknown> =>
    build({
      absWorkingDir: consumer,
      entryPoints: ['host.ts'],
      outfile: 'out/host.mjs',
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['piscina', 'onnxruntime-node'],
    });

  it("scores with the package's worker, or with a copy of it", async () => {
    expect(await bundle()).toMatchObject({ errors: [], warnings: [] });
    expectScore(await node('out/host.mjs'));
    const copy = join(consumer, 'out/fraud-worker.mjs');
    await copyFile(join(consumer, 'node_modules/fraud-scorer/dist/worker.js'), copy);
    expectScore(await runIn(consumer, process.execPath, ['out/host.mjs'], { WORKER_FILE: copy }));
  });
});

describe('fraud-scorer/opentelemetry where @opentelemetry/api is not installed', () => {
  const program = (load: string): string => `
    ${load}
    const scorer = { [Symbol.for('fraud-scorer.watch')]() {} };
    try { instrument(scorer); } catch (error) { console.log(error.code, error instanceof FraudScorerError, error.message); }
  `;

  it.each([
    [
      'module',
      "import { instrument } from 'fraud-scorer/opentelemetry'; import { FraudScorerError } from 'fraud-scorer';",
    ],
    [
      'commonjs',
      "const { instrument } = require('fraud-scorer/opentelemetry'); const { FraudScorerError } = require('fraud-scorer');",
    ],
  ])('can be loaded, and says what to install when it is used (%s)', async (type, load) => {
    const project = await projectWithoutOpenTelemetry();
    try {
      const { stdout } = await runIn(project, process.execPath, [`--input-type=${type}`, '--eval', program(load)]);
      expect(stdout).toMatch(/^ERR_INVALID_OPTIONS true .*npm install @opentelemetry\/api/);
    } finally {
      await rm(project, { recursive: true, force: true });
    }
  });
});

/** The consumer's packages but OpenTelemetry's, which clients of Prometheus bring along. The package itself is a copy: links lead back to where they point. */
async function projectWithoutOpenTelemetry(): Promise<string> {
  const project = await mkdtemp(join(tmpdir(), 'fraud-scorer-without-'));
  const [from, to] = [join(consumer, 'node_modules'), join(project, 'node_modules')];
  await mkdir(to);
  await cp(join(from, 'fraud-scorer'), join(to, 'fraud-scorer'), { recursive: true });
  for (const name of await readdir(from)) {
    if (name !== '@opentelemetry' && name !== 'fraud-scorer') await symlink(join(from, name), join(to, name));
  }
  return project;
}
