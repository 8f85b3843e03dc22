import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtureModel, goldenModel } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const model = JSON.stringify(fixtureModel('sqrt'));

/** Scores singly and in columns, explains, and prints what came of it. */
const host = `
  const said = (promise) => promise.then((value) => value, ({ code, message }) => ({ code, message }));
  const created = await said(FraudScorer.create({ model: ${model}, workers: 2, providers: ['cpu'], batching: BATCHING }));
  if ('code' in created) console.log(JSON.stringify(created));
  else {
    const requests = Array.from({ length: 500 }, () => ({ features: { x: [0.25] } }));
    const outcomes = await created.scoreMany(requests, { timeoutMs: 20_000 });
    const answered = outcomes.filter(({ value }) => value?.fraudProbability === 0.5).length;
    const columns = await said(created.scoreColumns({ x: new Float32Array(5_000).fill(0.25) }, 5_000));
    const explained = await said(created.score(requests[0], { explain: true, timeoutMs: 20_000 }));
    await created.close();
    console.log(JSON.stringify({
      answered, columns: columns.fraudProbability?.every((score) => score === 0.5), reasons: explained.reasons?.length,
    }));
  }
`;
const answers = { answered: 500, columns: true, reasons: 1 };

/** The limits are the shell's; what they do is Linux's. */
describe.runIf(process.platform === 'linux')('a host with little', () => {
  async function run(limit: string, batching = '{}'): Promise<unknown> {
    const { code, output } = await runHost(host.replace('BATCHING', batching), { before: limit });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^\{.*\}\n$/) });
    return JSON.parse(output);
  }

  it.each([4, 8, 12, 16, 24, 32, 48])('address space, %d GB, scores as any other', async (gb) => {
    expect(await run(`ulimit -v ${gb * 1024 ** 2}`)).toEqual(answers);
  });

  it('address space for no thread is told so by create', async () => {
    expect(await run('ulimit -v 2000000')).toMatchObject({
      code: 'ERR_OUT_OF_RESOURCES',
      message: expect.stringMatching(/2 worker threads could not be started: out of address space.*ulimit -v/),
    });
  });

  it("address space measures the model for batching: 'auto' too", async () => {
    expect(await run(`ulimit -v ${6 * 1024 ** 2}`, "'auto'")).toEqual(answers);
    expect(await run('ulimit -v 1700000', "'auto'")).toMatchObject({ code: 'ERR_OUT_OF_RESOURCES' });
  });

  it('memory for data is told so by create', async () => {
    expect(await run('ulimit -d 170000')).toMatchObject({
      code: 'ERR_OUT_OF_RESOURCES',
      message: expect.stringContaining('out of memory for data'),
    });
  });

  it('memory for scores is told so by scoreColumns, and goes on', async () => {
    const { code, output } = await runHost(
      `
        const scorer = await FraudScorer.create({ model: ${model}, workers: 1 });
        const rows = 150_000_000;
        await scorer.scoreColumns({ x: new Float32Array(rows) }, rows).catch(({ code }) => console.log(code));
        const { fraudProbability } = await scorer.score({ features: { x: [0.25] } });
        console.log(fraudProbability, scorer.summary().requests.failed);
        await scorer.close();
      `,
      { before: 'ulimit -v 3500000' },
    );
    expect({ code, output }).toEqual({ code: 0, output: 'ERR_OUT_OF_RESOURCES\n0.5 1\n' });
  });

  it.each([0, 1, 4, 8])(
    'file descriptors, %d left, is told so by create, which works once there are more',
    async (left) => {
      const { code, output } = await runHost(
        `
        import { closeSync, openSync } from 'node:fs';
        const held = [];
        try {
          for (;;) held.push(openSync('/dev/null'));
        } catch {
          for (const fd of held.splice(0, ${left})) closeSync(fd);
        }
        const create = () => FraudScorer.create({ model: ${model}, workers: 2 });
        const error = await create().catch((reason) => reason);
        for (const fd of held) closeSync(fd);
        console.log(error.code, /file descriptors: raise the limit of the process \\(ulimit -n\\)/.test(error.message));
        await (await create()).close();
      `,
        { before: 'ulimit -n 200' },
      );
      expect({ code, output }).toEqual({ code: 0, output: 'ERR_OUT_OF_RESOURCES true\n' });
    },
  );

  describe('disk space', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'out-of-resources-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('is told so by optimizeModel, which leaves nothing behind', async () => {
      const { code, output } = await runHost(
        `
          const directory = ${JSON.stringify(goldenModel)};
          await optimizeModel(directory, ${JSON.stringify(join(folder, 'out'))}).catch((error) => console.log(error.code));
        `,
        { before: 'ulimit -f 4' },
      );
      expect({ code, output }).toEqual({ code: 0, output: 'ERR_OUT_OF_RESOURCES\n' });
      expect(readdirSync(folder)).toEqual([]);
    });
  });
});
