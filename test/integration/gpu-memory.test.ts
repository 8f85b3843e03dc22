import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FraudScorer, type FraudScorerOptions } from '../../src/index.js';
import { DeviceBoard } from '../support/device-board.js';
import { projectPath } from '../support/paths.js';
import { isRunning, until } from '../support/processes.js';
import { Versions } from '../support/versions.js';

const line = (device: number, used: string, total = '1000') =>
  `${device}, GPU-${device}, GPU, 580.1, ${total}, ${used}`;

describe.skipIf(process.platform === 'win32')('what a deploy on a GPU asks nvidia-smi', () => {
  const path = process.env.PATH;
  const visible = process.env.CUDA_VISIBLE_DEVICES;
  let folder: string;
  let versions: Versions;
  let scorer: FraudScorer | null = null;
  let made = 0;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nvidia-smi-'));
    versions = await Versions.make();
    process.env.PATH = `${folder}:${path}`;
    delete process.env.CUDA_VISIBLE_DEVICES;
  });
  afterEach(async () => {
    await scorer?.close();
    scorer = null;
    process.env.PATH = path;
    if (visible !== undefined) process.env.CUDA_VISIBLE_DEVICES = visible;
    rmSync(folder, { recursive: true });
    rmSync(versions.folder, { recursive: true });
  });

  /** Each run of it leaves the id of the process that started it. */
  function installNvidiaSmi(script: string): void {
    const file = join(folder, 'nvidia-smi');
    writeFileSync(file, `#!/bin/sh\necho $PPID >> ${folder}/asked\n${script}\n`);
    chmodSync(file, 0o755);
  }

  const installLines = (...lines: string[]) => installNvidiaSmi(`cat <<'END'\n${lines.join('\n')}\nEND`);

  function askedBy(): number[] {
    const file = join(folder, 'asked');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').map(Number) : [];
  }

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    const { workerFile } = new DeviceBoard();
    scorer = await FraudScorer.create({
      ...{ model: await versions.sqrt('0'), workers: 1, providers: ['cuda', 'cpu'], workerFile },
      ...options,
    });
    return scorer;
  }

  async function deploy(): Promise<unknown> {
    made += 1;
    return scorer?.deploy(await versions.sqrt(`v${made}`));
  }

  it('is asked by one small process, which has gone when the scorer is closed', async () => {
    installLines(line(0, '100'));
    await create();
    await deploy();
    await deploy();
    await deploy();
    const [pid = 0, ...others] = askedBy();
    expect(others).toEqual([pid, pid]);
    expect(pid).not.toBe(process.pid);
    expect(isRunning(pid)).toBe(true);
    await scorer?.close();
    expect(isRunning(pid)).toBe(false);
  });

  it('is asked by another one when that has died', async () => {
    installLines(line(0, '100'));
    await create();
    await deploy();
    const [first = 0] = askedBy();
    process.kill(first, 'SIGKILL');
    await deploy();
    expect(askedBy()).toHaveLength(2);
    expect(askedBy()[1]).not.toBe(first);
  });

  it('refuses a version with which a device of its own is too full', async () => {
    installLines(line(0, '900'), line(1, '100'));
    await create();
    await expect(deploy()).rejects.toThrow('With this version 90% of the memory of CUDA device 0 is in use');
    expect((await scorer?.score({ features: { x: [0.25] } }))?.source).toBe('model');
  });

  it('lets a version pass where the memory is not told, or only that of other devices', async () => {
    for (const lines of [
      [line(0, '[N/A]', '[N/A]')],
      [line(0, '100'), line(1, '990')],
      ['No devices were found'],
      ['GPU 0: A100 (UUID: GPU-1)', '  MIG 1g.5gb Device 0: (UUID: MIG-1)'],
      [],
    ]) {
      installLines(...lines);
      await create();
      await deploy();
      expect(scorer?.summary().model.version).toBe(`v${made}`);
      await scorer?.close();
    }
    expect(askedBy()).toHaveLength(5);
  });

  it('lets a version pass where nvidia-smi fails, even if it lists a full device', async () => {
    installNvidiaSmi(`echo '${line(0, '990')}'; exit 9`);
    await create();
    await deploy();
    expect(askedBy()).toHaveLength(1);
  });

  it('lets a version pass after five seconds where nvidia-smi hangs, and asks again for the next', async () => {
    installNvidiaSmi('exec sleep 600');
    await create();
    await deploy();
    installLines(line(0, '900'));
    await expect(deploy()).rejects.toThrow('With this version 90%');
    const [first, second] = askedBy();
    expect(first).not.toBe(second);
  });

  it('is not asked where the scorer has the CPU alone', async () => {
    installLines(line(0, '990'));
    await create({ providers: ['cpu'], workerFile: projectPath('dist/worker.js') });
    await deploy();
    expect(askedBy()).toEqual([]);
  });

  it('is not missed where it is not there', async () => {
    process.env.PATH = folder;
    await create();
    await deploy();
    expect(scorer?.summary().model.version).toBe(`v${made}`);
  });

  it.skipIf(process.platform !== 'linux')('leaves no process when the host is killed', async () => {
    installLines(line(0, '100'));
    // The small process is the only child of the host: its command line names nvidia-smi.
    const host = spawn(
      process.execPath,
      [projectPath('test/fixtures/hosts/gpu-memory.mjs'), await versions.sqrt('0'), 'stay'],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await once(host.stdout, 'data');
    const children = readFileSync(`/proc/${host.pid}/task/${host.pid}/children`, 'utf8').trim().split(' ').map(Number);
    expect(children).toHaveLength(1);
    const [small = 0] = children;
    expect(readFileSync(`/proc/${small}/cmdline`, 'utf8')).toContain(join(folder, 'nvidia-smi'));
    host.kill('SIGKILL');
    await until(() => !isRunning(small), 'the small process to end');
  });

  it('does not keep a host alive that has closed nothing', async () => {
    installLines(line(0, '100'));
    const host = spawn(
      process.execPath,
      [projectPath('test/fixtures/hosts/gpu-memory.mjs'), await versions.sqrt('0'), 'end'],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    expect(await once(host, 'exit')).toEqual([0, null]);
  });
});
