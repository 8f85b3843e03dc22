import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { environmentOfAnyone } from './install.js';
import { type Finished, runIn } from './run-in.js';

const run = promisify(execFile);

/** A host's project with the bundlers, beside the one of the other tests: webpack does not work under a path with a `#`. */
let project: string;

/** As `npm init` writes it: a worker that a bundler copies into this project as `.js` would be taken for CommonJS. */
const hostManifest = { name: 'host', private: true, type: 'commonjs' };

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'fraud-scorer-bundlers-')));
  await writeFile(join(project, 'package.json'), JSON.stringify(hostManifest));
  await cp(projectPath('test/package/bundlers'), project, { recursive: true });
  const { path } = inject('tarball');
  await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', path, 'webpack@5', '@vercel/nft@1', 'jest@30'],
    {
      cwd: project,
      env: { ...environmentOfAnyone(), ONNXRUNTIME_NODE_INSTALL: 'skip' },
    },
  );
});

afterAll(() => rm(project, { recursive: true, force: true }));

const packaged = (file: string): string => join(project, 'node_modules/fraud-scorer', file);
const model = (): string => packaged('models/visa-fraud/1');

const node = (args: readonly string[], env: NodeJS.ProcessEnv = {}, directory = project): Promise<Finished> =>
  runIn(directory, process.execPath, args, env);

function expectScore({ code, stdout, stderr }: Finished): void {
  expect({ code, stderr: withoutDemonstration(stderr) }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ source: 'model', id: 'a', fraudProbability: expect.any(Number) });
}

/** A host that names no model is warned, in two lines. */
function withoutDemonstration(stderr: string): string {
  return stderr.replace(/^\(node:\d+\) \[FRAUD_SCORER_DEMO_MODEL\] .*\n\(Use `node --trace-warnings[^\n]*\n/gm, '');
}

describe.each(['host.mjs', 'host.cjs'])('a host built by webpack (%s)', (host) => {
  const output = `webpack-${host.slice(-3)}/host.cjs`;

  it('builds without a warning, with the workers among its assets, and scores', async () => {
    const { stdout, stderr } = await node(['webpack.mjs', host, output]);
    expect({ ...JSON.parse(stdout), stderr }).toEqual({ errors: [], warnings: [], stderr: '' });
    expectScore(await node([output], { MODEL: model() }));
    expectScore(await node([output], { MODEL: model(), BATCHING: 'auto' }));
  });

  it('scores with the demonstration model, whose files are assets too', async () => {
    expectScore(await node([output]));
    expectScore(await node([output], { BATCHING: 'auto' }));
  });

  it('scores where nothing but what webpack wrote is left of the package', async () => {
    const folder = join(project, `deployed-${output}`, '..');
    await cp(join(project, output, '..'), folder, { recursive: true });
    await mkdir(join(folder, 'node_modules'));
    for (const name of ['piscina', 'onnxruntime-node', 'onnxruntime-common'])
      await symlink(join(project, 'node_modules', name), join(folder, 'node_modules', name));
    expectScore(await node(['host.cjs'], { BATCHING: 'auto' }, folder));
  });

  it('takes workers that it is given', async () => {
    const files = { WORKER_FILE: packaged('dist/worker.js'), TOOL_WORKER_FILE: packaged('dist/tool-worker.js') };
    expectScore(await node([output], { MODEL: model(), ...files, BATCHING: 'auto' }));
  });

  it('says what to keep out of the bundle where Piscina is in it', async () => {
    const bundled = `piscina-${output}`;
    const { stdout } = await node(['webpack.mjs', host, bundled, '{"onnxruntime-node":"commonjs onnxruntime-node"}']);
    expect(JSON.parse(stdout)).toMatchObject({ errors: [] });
    const { stdout: text } = await node([bundled], { MODEL: model() });
    expect(JSON.parse(text)).toMatchObject({
      code: 'ERR_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('keeps piscina and onnxruntime-node out of the bundle'),
    });
  });
});

describe.each(['esm', 'cjs'] as const)('a host bundled by esbuild into one file (%s)', (format) => {
  const output = (): string => join(project, `esbuild-${format}/host.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const files = (): NodeJS.ProcessEnv => ({
    MODEL: model(),
    WORKER_FILE: packaged('dist/worker.js'),
    TOOL_WORKER_FILE: packaged('dist/tool-worker.js'),
  });

  beforeAll(async () => {
    const built = await build({
      absWorkingDir: project,
      entryPoints: [format === 'esm' ? 'host.mjs' : 'host.cjs'],
      outfile: output(),
      bundle: true,
      platform: 'node',
      format,
      external: ['piscina', 'onnxruntime-node'],
      logLevel: 'silent',
    });
    expect({ errors: built.errors, warnings: built.warnings }).toEqual({ errors: [], warnings: [] });
  });

  it("scores with the package's workers, or with copies of them", async () => {
    expectScore(await node([output()], files()));
    const folder = join(project, `copies-${format}`);
    await mkdir(folder);
    for (const name of ['worker', 'tool-worker'])
      await copyFile(packaged(`dist/${name}.js`), join(folder, `${name}.mjs`));
    const copies = { WORKER_FILE: join(folder, 'worker.mjs'), TOOL_WORKER_FILE: join(folder, 'tool-worker.mjs') };
    expectScore(await node([output()], { ...files(), ...copies, BATCHING: 'auto' }));
  });

  it('says all that is to be given in one error', async () => {
    const { stdout } = await node([output()], { BATCHING: 'auto' });
    const { code, message } = JSON.parse(stdout);
    expect(code).toBe('ERR_INVALID_OPTIONS');
    for (const option of ['model', 'workerFile', 'toolWorkerFile']) expect(message).toContain(`${option}: expected`);
    for (const name of ['worker', 'tool-worker'])
      expect(message).toContain(`fraud-scorer/${name} (a host that bundles`);
  });

  it.each(['WORKER_FILE', 'TOOL_WORKER_FILE', 'MODEL'])('says that %s is to be given', async (name) => {
    const { stdout } = await node([output()], { ...files(), [name]: undefined, BATCHING: 'auto' });
    const option = { WORKER_FILE: 'workerFile', TOOL_WORKER_FILE: 'toolWorkerFile', MODEL: 'model' }[name];
    const { code, message } = JSON.parse(stdout);
    expect(code).toBe('ERR_INVALID_OPTIONS');
    expect(message).toContain(`${option}: expected`);
    expect(message).toContain('a host that bundles');
  });

  it.each(['worker', 'tool-worker'])("never starts the host's own %s.js beside the bundle", async (name) => {
    const stranger = join(output(), `../${name}.js`);
    await writeFile(stranger, "require('node:fs').writeSync(1, 'the host's own file runs');\n");
    const { stdout } = await node([output()], { MODEL: model(), BATCHING: 'auto' });
    await rm(stranger);
    const { code, message } = JSON.parse(stdout);
    expect(code).toBe('ERR_INVALID_OPTIONS');
    expect(message).toContain(
      `fraud-scorer/${name} (a host that bundles passes a copy of it), received ${format === 'esm' ? "another program's file" : 'nothing'}`,
    );
  });
});

describe('a host bundled by esbuild as CommonJS from its ES module form, which knows no URL of its own', () => {
  it('says what is to be given, and scores with it', async () => {
    const output = join(project, 'esbuild-mixed/host.cjs');
    await writeFile(join(project, 'mixed.mjs'), "import('./host.mjs');\n");
    await build({
      absWorkingDir: project,
      stdin: { contents: "export { FraudScorer } from 'fraud-scorer';", resolveDir: project },
      outfile: output,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      external: ['piscina', 'onnxruntime-node'],
      logLevel: 'silent',
    });
    const program = `require(${JSON.stringify(output)}).FraudScorer.create({ providers: ['cpu'] }).catch(({ code, message }) => console.log(JSON.stringify({ code, message })))`;
    const { code, stdout } = await node(['-e', program]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
  });
});

describe('a host that Next.js traces into a folder of its own', () => {
  it.each(['host.mjs', 'host.cjs'])('scores there with the demonstration model (%s)', async (host) => {
    const folder = join(project, `standalone-${host.slice(-3)}`);
    const { code, stdout, stderr } = await node(['trace.mjs', host, folder]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const files: string[] = JSON.parse(stdout);
    for (const name of [
      'dist/worker.js',
      'dist/tool-worker.js',
      'models/visa-fraud/1/model.json',
      'models/visa-fraud/1/model.onnx',
    ]) {
      expect(files).toContain(`node_modules/fraud-scorer/${name}`);
    }
    expectScore(await node([host], {}, folder));
    expectScore(await node([host], { BATCHING: 'auto' }, folder));
  });
});

it("passes a host's tests in Jest, with its fake timers", async () => {
  const { code, stderr } = await node(['node_modules/jest/bin/jest.js', '--testMatch', '**/scorer.test.js'], {
    MODEL: model(),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('4 passed') });
});
