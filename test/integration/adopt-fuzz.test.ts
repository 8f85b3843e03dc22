import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { adoptModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { seededUniform } from '../../src/tools/seeded-uniform.js';
import { projectPath } from '../support/paths.js';

/** By hand: `FUZZED_GRAPHS=1000 npx vitest run test/integration/adopt-fuzz.test.ts`. */
const graphs = Number(process.env.FUZZED_GRAPHS ?? 30);

const kinds = ['zipmap', 'pipeline', 'one-row', 'float16', 'columns', 'two-answers', 'four-rows-inside', 'no-width'];

it(
  'a damaged graph is refused, or adopted to a directory that passes the check, and never harms the host',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
    const random = seededUniform(13);
    const counts = { adopted: 0, refused: 0, crashed: 0 };
    for (let number = 0; number < graphs; number += 1) {
      const kind = kinds[number % kinds.length] ?? '';
      const bytes = await readFile(projectPath(`test/fixtures/adopt/${kind}.onnx`));
      for (let flip = 0; flip < 1 + (number % 4); flip += 1) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      }
      const file = join(folder, 'graph.onnx');
      await writeFile(file, bytes);
      const out = join(folder, 'out');
      try {
        await adoptModel(file, out, { fraudClass: 0 });
        const { problems } = await checkModel(out);
        expect(problems, `graph ${number}, ${kind}`).toEqual([]);
        counts.adopted += 1;
      } catch (error) {
        expect(error, `graph ${number}, ${kind}`).toMatchObject({ code: 'ERR_MODEL_INVALID' });
        if (/crashes/.test(String(error))) counts.crashed += 1;
        counts.refused += 1;
        expect(await readdir(folder)).toEqual(['graph.onnx']);
      }
      await rm(out, { recursive: true, force: true });
    }
    await rm(folder, { recursive: true });
    // Some of either kind, or nothing was tried.
    expect(counts.refused).toBeGreaterThan(0);
    expect(counts.adopted).toBeGreaterThan(0);
    if (graphs > 30) console.log(counts);
  },
  60_000 + graphs * 3_000,
);
