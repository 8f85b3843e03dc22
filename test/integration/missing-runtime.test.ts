import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, optimizeModel, profileModel } from '../../src/index.js';
import { fixtureModel } from '../support/paths.js';
import { StandInPackage } from '../support/stand-in-package.js';

const model = fixtureModel('sqrt');

function throwing(message: string, code = 'ERR_DLOPEN_FAILED'): string {
  return `throw Object.assign(new Error(${JSON.stringify(message)}), { code: ${JSON.stringify(code)} });`;
}

/** As loaders word it. */
const messages = {
  musl: 'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /app/libonnxruntime.so.1)',
  relocation: 'Error relocating /app/libonnxruntime.so.1: __vsnprintf_chk: symbol not found',
  other: "/old/libonnxruntime.so.1: version `VERS_1.29.0' not found (required by /app/onnxruntime_binding.node)",
  glibc: "/lib/libm.so.6: version `GLIBC_2.38' not found (required by /app/libonnxruntime.so.1)",
  platform: '/app/bin/napi-v6/linux/x64/onnxruntime_binding.node: invalid ELF header',
  descriptors: '/app/libonnxruntime.so.1: cannot open shared object file: Too many open files',
  memory: '/app/libonnxruntime.so.1: failed to map segment from shared object: Cannot allocate memory',
};

describe('where the ONNX runtime cannot be loaded', () => {
  let standIn: StandInPackage;
  beforeEach(() => {
    standIn = new StandInPackage();
  });
  afterEach(() => standIn.remove());

  const failed = async (call: Promise<unknown>): Promise<string> => {
    const error: unknown = await call.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_PROVIDER_UNAVAILABLE' });
    expect(String(error)).toContain('the ONNX runtime cannot be loaded: ');
    return String(error);
  };
  const create = () => FraudScorer.create({ model, workers: 2, workerFile: standIn.workerFile });

  it.each([
    ['a system with musl', messages.musl, /Error loading shared library .*: it needs glibc, which Alpine/],
    ['a system with musl, later', messages.relocation, /it needs glibc/],
    [
      'another version of it in the process',
      messages.other,
      /VERS_1\.29\.0.*: another version of it is loaded in this process/,
    ],
    ['a system that is too old', messages.glibc, /it needs a newer C or C\+\+ library than this system's/],
    ['packages of another platform', messages.platform, /not installed for this platform, or not completely/],
    ['anything else', 'of some other kind', /of some other kind: install onnxruntime-node again \(npm ci\)/],
  ])('create says that it is %s, and what helps', async (_, message, expected) => {
    standIn.replaceRuntime(throwing(message));
    expect(await failed(create())).toMatch(expected);
  });

  it('create says that it is not installed, or not completely', async () => {
    standIn.breakRuntime();
    expect(await failed(create())).toMatch(/libonnxruntime\.so\S*: cannot open shared object file/);
    standIn.removeRuntime();
    expect(await failed(create())).toMatch(/Cannot find package 'onnxruntime-node'.*: install onnxruntime-node where/);
  });

  it.each([
    ['file descriptors', messages.descriptors],
    ['memory', messages.memory],
  ])('create says that it is for want of %s', async (what, message) => {
    standIn.replaceRuntime(throwing(message));
    await expect(create()).rejects.toMatchObject({
      code: 'ERR_OUT_OF_RESOURCES',
      message: expect.stringContaining(`out of ${what}`),
    });
  });

  it('the tools say so too, and the doctor', async () => {
    standIn.replaceRuntime(throwing(messages.musl));
    const { toolWorkerFile } = standIn;
    expect(await failed(profileModel(model, { toolWorkerFile }))).toContain('it needs glibc');
    const options = { model, workers: 1, providers: ['cpu'], batching: 'auto', toolWorkerFile } as const;
    expect(await failed(FraudScorer.create(options))).toContain('it needs glibc');
    expect(await failed(optimizeModel(model, `${standIn.root}/optimised`, { toolWorkerFile }))).toContain(
      'it needs glibc',
    );
    const { code, stdout, stderr } = await standIn.run('doctor', '--json');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const reason = expect.stringContaining('it needs glibc');
    expect(JSON.parse(stdout).providers).toMatchObject([{ reason }, { reason }, { reason, works: false }]);
    const check = await standIn.run('check', model);
    expect(check).toMatchObject({ code: 1, stderr: '', stdout: expect.stringContaining('it needs glibc') });
  });
});
