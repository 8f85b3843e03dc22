import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Alert, FraudScorer, type FraudScorerOptions, type WorkerLostEvent } from '../../src/index.js';
import { DeviceBoard } from '../support/device-board.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

const request = { features: { x: [0.25] } };
const requests = (count: number) => Array.from({ length: count }, () => request);

/** A loop that outlived its test would keep the whole run from ending. */
async function until(isSo: () => boolean, act: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  while (!isSo()) {
    if (performance.now() - start > 20_000) throw new Error('expected it within 20 s');
    await act();
  }
}

describe('workers on two CUDA devices', () => {
  let board: DeviceBoard;
  let scorer: FraudScorer | null = null;

  beforeEach(() => {
    board = new DeviceBoard();
  });
  afterEach(async () => {
    for (const device of [0, 1] as const) board.set(device, 'working');
    await scorer?.close();
    scorer = null;
  });

  async function create(options: FraudScorerOptions = {}): Promise<FraudScorer> {
    scorer = await FraudScorer.create({
      model: fixtureModel('sqrt'),
      devices: [0, 1],
      providers: ['cuda', 'cpu'],
      workerFile: board.workerFile,
      batching: { maxBatchSize: 4 },
      timeoutMs: 20_000,
      // A busy machine has its own alerts.
      alerts: { maxLatencyMs: 60_000, minThroughputPerSecond: 1 },
      ...options,
    });
    return scorer;
  }

  const both = { workers: 1, ready: 1, provider: 'cuda', problem: null };

  it('get one worker each, and are reported so', async () => {
    const lines: unknown[] = [];
    const logger = { info: (_: string, fields?: object) => lines.push(fields), warn: () => {}, error: () => {} };
    const { workers } = (await create({ logger })).summary();
    const devices = [
      { device: 0, ...both },
      { device: 1, ...both },
    ];
    expect(workers).toMatchObject({ configured: 2, provider: 'cuda', devices });
    expect(lines[0]).toMatchObject({ provider: 'cuda', providers: [{ provider: 'cuda', reason: null }], devices });
    expect(await scorer?.score(request)).toMatchObject({ provider: 'cuda' });
    expect(scorer?.health()).toMatchObject({ status: 'ok', providers: [{ provider: 'cuda', reason: null }] });
  });

  it('share the work: the faster one takes the work of the slower one', async () => {
    board.set(1, 'held');
    const made = await create();
    let settled = 0;
    const all = requests(400).map((one) =>
      made.score(one).then(() => {
        settled += 1;
        // A batch of four waits with the slow one.
        if (settled === 396) board.set(1, 'working');
      }),
    );
    await Promise.all(all);
    expect(board.answered(1)).toBe(1);
    expect(board.answered(0)).toBeGreaterThanOrEqual(99);
  });

  it('lose no request if one fails, which is taken out of rotation and tried again', async () => {
    const made = await create();
    const [lost, raised]: [WorkerLostEvent[], Alert[]] = [[], []];
    made.on('workerLost', (event) => lost.push(event));
    made.on('alert', (alert) => raised.push(alert));
    board.set(1, 'failing');
    const outcomes = await made.scoreMany(requests(2_000));
    expect(outcomes.filter(({ status }) => status !== 'fulfilled')).toEqual([]);
    const reason = 'its device failed: CUDA failure 719: unspecified launch failure ; GPU=1';
    expect(lost[0]).toEqual({ version: expect.any(String), reason: `device 1: ${reason}`, readyWorkers: 1 });
    expect(raised.map(({ rule, message }) => [rule, message])).toEqual([
      ['workers', expect.stringContaining(`1 of 2 workers are ready: ${reason}. Look at the log`)],
    ]);
    expect(made.health()).toMatchObject({ status: 'degraded', ready: true });
    expect(made.health().reasons).toContainEqual(expect.stringMatching(/^device 1.*its device failed/));
    expect(made.summary().workers.devices).toMatchObject([
      { device: 0, problem: null },
      { device: 1, provider: 'cuda', problem: reason },
    ]);

    board.set(1, 'working');
    const answered = board.answered(1);
    await until(
      () => made.health().status === 'ok',
      () => made.scoreMany(requests(50)),
    );
    expect(board.answered(1)).toBeGreaterThan(answered);
    expect(made.summary().workers.devices[1]).toEqual({ device: 1, ...both });
  });

  it('keep retrying a device that is gone, without moving its worker to the CPU', async () => {
    const made = await create();
    board.set(1, 'failing');
    const firstLost = new Promise((resolve) => made.once('workerLost', resolve));
    const scored = made.scoreMany(requests(500));
    await firstLost;
    board.set(1, 'missing');
    expect((await scored).every(({ status }) => status === 'fulfilled')).toBe(true);
    await board.started(1, 3);
    expect(made.summary().workers.devices[1]).toMatchObject({
      ready: 0,
      provider: 'cuda',
      problem: expect.stringMatching(/\(device 1\): cuda: there is no device of this id/),
    });
    expect(made.health().reasons).toContainEqual(expect.stringMatching(/^device 1 is out of rotation: /));
    board.set(1, 'working');
    await until(
      () => made.health().status === 'ok',
      () => made.scoreMany(requests(50)),
    );
    expect(made.health().provider).toBe('cuda');
  });

  it('fall back and report it if one device is missing at the start, or do not start', async () => {
    board.set(1, 'missing');
    const problem = 'cuda: there is no device of this id (CUDA failure 101: stand-in)';
    const made = await create();
    expect(made.summary().workers).toMatchObject({
      provider: 'cuda',
      devices: [
        { device: 0, provider: 'cuda', problem: null },
        { device: 1, ready: 1, provider: 'cpu', problem },
      ],
    });
    expect(made.health()).toMatchObject({ status: 'degraded', reasons: [`device 1: ${problem}`] });
    await made.close();
    await expect(create({ providers: ['cuda'] })).rejects.toMatchObject({
      code: 'ERR_PROVIDER_UNAVAILABLE',
      message: expect.stringMatching(/\(device 1\): cuda: there is no device of this id.*npx fraud-scorer doctor/),
    });
  });

  it('use the CPU to find out whether the model is the cause if one device cannot load it', async () => {
    for (const device of [0, 1] as const) board.set(device, 'refusing');
    await expect(create({ providers: ['cuda'] })).rejects.toMatchObject({
      code: 'ERR_PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('stand-in: no such operator'),
    });
    // Its graph takes other inputs than its manifest says, which is listed.
    await expect(create({ providers: ['cuda'], model: fixtureModel('disagreeing') })).rejects.toMatchObject({
      code: 'ERR_MODEL_INVALID',
      issues: expect.arrayContaining([expect.objectContaining({ path: expect.stringContaining('inputs') })]),
    });
    const folder = mkdtempSync(join(tmpdir(), 'model-'));
    try {
      const manifest = JSON.parse(readFileSync(join(fixtureModel('sqrt'), 'model.json'), 'utf8'));
      const sha256 = createHash('sha256').update('no graph').digest('hex');
      writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...manifest, sha256 }));
      writeFileSync(join(folder, manifest.file), 'no graph');
      await expect(create({ providers: ['cuda'], model: folder })).rejects.toMatchObject({
        code: 'ERR_MODEL_INVALID',
        message: expect.stringMatching(/^The model can't be run: cuda: stand-in: no such operator; cpu: \S/),
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('fall back to the CPU if both devices fail', async () => {
    const warnings: string[] = [];
    const logger = { info: () => {}, warn: (message: string) => warnings.push(message), error: () => {} };
    const made = await create({ logger });
    for (const device of [0, 1] as const) board.set(device, 'failing');
    const lost: string[] = [];
    made.on('workerLost', ({ reason }) => {
      lost.push(reason);
      if (lost.length === 2) for (const device of [0, 1] as const) board.set(device, 'missing');
    });
    await until(
      () => made.health().provider === 'cpu',
      () => made.scoreMany(requests(8)),
    );
    expect(await made.score(request)).toMatchObject({ source: 'model' });
    expect(warnings).toContain('A worker came back on another provider');
  });
});

describe('# devices and providers that would be silently ignored', () => {
  it.each([
    [{ devices: [0, 1], workers: 1 }, /devices: expected at most as many as workers, which are 1/],
    [
      { providers: [{ name: 'cuda', cudnnConvAlgoSearch: 'HEURISTIC' }] },
      /providers\[0\]: expected .*without options: .*`devices`.*ORT_TENSORRT_/,
    ],
  ])('are refused: %j', async (options, message) => {
    const error = await FraudScorer.create(untyped(options)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ERR_INVALID_OPTIONS' });
    expect(String(error)).toMatch(message);
  });

  it('but devices are accepted with the CPU alone', async () => {
    await using scorer = await FraudScorer.create({ providers: ['cpu'], devices: [0, 1], workers: 1 });
    expect(scorer.health()).toMatchObject({ provider: 'cpu', ready: true });
  });
});
