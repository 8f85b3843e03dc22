import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fixtureModel, goldenModel, projectPath } from '../support/paths.js';
import { StandInPackage } from '../support/stand-in-package.js';

const bundled = projectPath('models/visa-fraud/1');

/** Processes of their own, over what was built. Stand-ins of providers are for the loader of Linux. */
describe.runIf(process.platform === 'linux')('fraud-scorer', () => {
  let standIn: StandInPackage;
  beforeAll(() => {
    standIn = new StandInPackage();
  });
  afterAll(() => standIn.remove());

  describe('doctor', () => {
    afterEach(() => standIn.removeProviders());

    it('says what there is, scores the bundled model, and ends well where a provider works', async () => {
      const { code, stdout, stderr } = await standIn.run('doctor');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/onnxruntime-node\s+│ 1\.29\.0/);
      expect(stdout).toMatch(/cuda\s+│ no/);
      expect(stdout).toMatch(/cpu\s+│ yes\s+│ 16 cases, largest difference \d/);
      expect(stdout).toContain('GPUs: none (nvidia-smi is not there');
      expect(stdout).toMatch(/libcublasLt\.so\.12\s+│ (no|yes)\s+│ cuBLAS: apt libcublas-12-9, pip nvidia-cublas-cu12/);
    });

    it('ends with 1 where the provider that was asked for does not work, with the reason and the cure', async () => {
      standIn.installProvider('shared');
      standIn.installProvider('cuda', { needs: ['libcublasLt.so.99', 'libcublas.so.13'] });
      const { code, stdout, stderr } = await standIn.run('doctor', '--provider', 'cuda', '--json');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      const report = JSON.parse(stdout);
      const reason = 'libcublasLt.so.99 is missing: install cuBLAS (apt libcublas-13-0, pip nvidia-cublas)';
      expect(report.problems).toEqual([
        `cuda does not work: ${reason}, or put its folder into LD_LIBRARY_PATH before Node.js starts`,
      ]);
      expect(report.providers).toMatchObject([
        { provider: 'cuda', works: false, reason: expect.stringContaining(reason), scored: null },
        { provider: 'tensorrt', works: false },
        { provider: 'cpu', works: true, reason: null, cures: [], scored: { cases: 16 } },
      ]);
      expect(report.providers[0].libraries).toMatchObject([
        { name: 'libcublasLt.so.99', problem: expect.any(String) },
        { name: 'libcublas.so.13' },
        { name: 'libcudnn.so.9', isOptional: true },
        { name: 'libnvrtc.so.13', isOptional: true },
        { name: 'libcufft.so.12', isOptional: true },
      ]);
      expect(report).toMatchObject({ runtimeVersion: '1.29.0', node: { version: process.versions.node } });
      const { stdout: text } = await standIn.run('doctor', '--provider', 'cuda');
      expect(text).toMatch(/What would help cuda .*\n {2}1\. Driver: .*580 or later for CUDA 13/);
      expect(text).toMatch(/\d\. Libraries: apt-get install libcublas-13-0 \(/);
    });

    it("says of TensorRT's provider that it lacks CUDA's, to which goes what it can not run", async () => {
      standIn.installProvider('shared');
      standIn.installProvider('tensorrt', { needs: ['libc.so.6'] });
      const { code, stdout, stderr } = await standIn.run('doctor', '--provider', 'tensorrt', '--json');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      const [, tensorrt] = JSON.parse(stdout).providers;
      expect(tensorrt.reason).toMatch(/^libonnxruntime_providers_cuda\.so is not installed/);
      expect(tensorrt.cures).toContainEqual(
        expect.stringContaining('libonnxruntime_providers_{shared,cuda,tensorrt}.so'),
      );
    });

    it('keeps to itself what the runtime has to say of a provider that is none, and says it in words', async () => {
      standIn.installProvider('shared');
      standIn.installProvider('cuda', { needs: ['libc.so.6'] });
      const { code, stdout, stderr } = await standIn.run('doctor', '--provider', 'cuda', '--json');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(JSON.parse(stdout).providers[0].reason).toMatch(/the runtime can't load the provider/);
    });

    it('says why where the runtime itself can not be loaded, in a report like any other', async () => {
      const broken = new StandInPackage();
      try {
        broken.breakRuntime();
        const { code, stdout, stderr } = await broken.run('doctor', '--json');
        expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
        const report = JSON.parse(stdout);
        const reason = expect.stringMatching(
          /^No provider works here: the ONNX runtime cannot be loaded: libonnxruntime\.so\S*: cannot open shared object.*npm ci/,
        );
        const cures = [expect.stringMatching(/^Runtime: install onnxruntime-node again/)];
        expect(report).toMatchObject({ runtimeVersion: 'unknown', gpus: [], problems: ['no provider works'] });
        expect(report.providers).toMatchObject(
          ['cuda', 'tensorrt', 'cpu'].map((provider) => ({ provider, works: false, reason, cures })),
        );
      } finally {
        broken.remove();
      }
    });

    it('lists the GPUs, or why it can not', async () => {
      standIn.installNvidiaSmi('echo "0, GPU-1, Stand-in GPU, 550.54.15, 81920, 2048"');
      const listed = await standIn.run('doctor', '--json');
      expect(JSON.parse(listed.stdout)).toMatchObject({
        gpus: [{ index: 0, device: 0, name: 'Stand-in GPU', driver: '550.54.15', memoryTotalGb: 80, memoryUsedGb: 2 }],
        problem: null,
      });
      standIn.installNvidiaSmi('echo "NVIDIA-SMI has failed: no driver"; exit 9');
      const { code, stdout } = await standIn.run('doctor');
      expect(code).toBe(0);
      expect(stdout).toContain('GPUs: none (nvidia-smi failed: NVIDIA-SMI has failed: no driver)');
    });
  });

  it.each([
    [['nonsense'], /unknown command 'nonsense'/],
    [['profile'], /missing required argument 'dir'/],
    [['doctor', '--provider', 'cdua'], /expected 'cuda', 'tensorrt' or 'cpu'/],
    [['check', bundled, '--device', '-1'], /whole number from 0/],
    [['profile', bundled, '--batch-sizes', '1,x'], /whole number from 1/],
  ])('ends with 2 where it does not understand: %j', async (args, message) => {
    const { code, stdout, stderr } = await standIn.run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('writes its help and version, and ends well', async () => {
    expect(await standIn.run('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('doctor [options]') });
    expect(await standIn.run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  describe('check', () => {
    let folder: string;
    let model: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'check-'));
      model = join(folder, 'model');
      cpSync(goldenModel, model, { recursive: true });
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    const edit = (file: string, change: (json: ReturnType<typeof JSON.parse>) => void): void => {
      const json = JSON.parse(readFileSync(join(model, file), 'utf8'));
      change(json);
      writeFileSync(join(model, file), JSON.stringify(json));
    };

    it.each([
      ['the golden model', goldenModel, 200],
      ['the bundled model', bundled, 16],
    ])('finds nothing wrong with %s', async (_, directory, cases) => {
      const { code, stdout, stderr } = await standIn.run('check', directory, '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const check = JSON.parse(stdout);
      expect(check).toMatchObject({ problems: [], providers: [{ provider: 'cpu', reason: null, cases }] });
      expect(check.providers[0].largestDifference).toBeLessThan(1e-5);
    });

    it('lists all that is wrong: the file, the rows, the provider', async () => {
      edit('model.json', (json) => {
        json.sha256 = '0'.repeat(64);
      });
      edit('cases.json', (json) => {
        json[3].expected.riskScore = 0.123;
        json[5].expected.decision = json[5].expected.decision === 'BLOCK' ? 'APPROVE' : 'BLOCK';
      });
      const { code, stdout } = await standIn.run('check', model, '--provider', 'cpu,cuda', '--json');
      expect(code).toBe(1);
      expect(JSON.parse(stdout).problems).toEqual([
        { part: 'integrity', message: expect.stringMatching(/expected sha256 0{64}.*received [0-9a-f]{64}/) },
        {
          part: 'golden rows',
          message: expect.stringMatching(/^cpu: case 3: riskScore: expected 0\.123 to within 0\.00001/),
        },
        { part: 'golden rows', message: expect.stringMatching(/^cpu: case 5: decision: expected/) },
        { part: 'run', message: expect.stringMatching(/^cuda: libonnxruntime_providers_cuda\.so is not installed/) },
      ]);
    });

    it('lists every disagreement with the graph, and every issue of a manifest and of cases', async () => {
      const disagreeing = await standIn.run('check', fixtureModel('disagreeing'));
      expect(disagreeing.code).toBe(1);
      expect(disagreeing.stdout.match(/Problem \(graph\)/g)).toHaveLength(8);
      edit('cases.json', (json) => {
        json[0].expected.riskScore = 2;
        json[1] = null;
      });
      const cases = await standIn.run('check', model);
      expect(cases).toMatchObject({
        code: 1,
        stdout: expect.stringContaining('[0].expected.riskScore: expected a number'),
      });
      writeFileSync(join(model, 'model.json'), '{ "name": 1 }');
      const manifest = await standIn.run('check', model);
      expect(manifest).toMatchObject({ code: 1, stderr: '' });
      for (const field of ['name', 'version', 'file', 'sha256', 'inputs']) {
        expect(manifest.stdout).toContain(`Problem (manifest): ${field}: expected`);
      }
    });

    it('says where there is nothing', async () => {
      const { code, stdout } = await standIn.run('check', join(folder, 'nowhere'));
      expect(code).toBe(1);
      expect(stdout).toMatch(/Problem \(manifest\): .*nowhere.*expected a file, found none/);
    });
  });

  describe('profile', () => {
    const few = ['--runs', '3', '--batch-sizes', '1,64'];

    it('measures, and recommends how batches should form', async () => {
      const { code, stdout, stderr } = await standIn.run('profile', bundled, ...few, '--json');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const { profile, recommendations } = JSON.parse(stdout);
      expect(profile.entries.map(({ batchSize }: { batchSize: number }) => batchSize)).toEqual([1, 64]);
      expect(recommendations).toMatchObject([
        { provider: 'cpu', limits: { maxQueueDelayMs: 0 }, server: { maxQueueDelayMs: 0.5 } },
      ]);
      const text = await standIn.run('profile', bundled, ...few, '--provider', 'cpu', '--target', 'latency');
      expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(/For cpu: batching: \{ maxBatchSize: \d+/) });
      const both = await standIn.run('profile', bundled, ...few, '--provider', 'cpu', '--sessions', '1,2');
      expect(both.stdout).toMatch(/│ 2 +│ 64 +│/);
      expect(both.stdout).toMatch(/For cpu: workers: [12], batching: \{/);
    });

    it('ends with 1 where the provider that was asked for does not work, and where there is no model', async () => {
      const cuda = await standIn.run('profile', bundled, ...few, '--provider', 'cuda');
      expect(cuda).toMatchObject({ code: 1, stdout: expect.stringContaining('cuda does not work here: lib') });
      const missing = await standIn.run('profile', join(bundled, 'nowhere'));
      expect(missing).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('expected a file') });
    });
  });
});
