/**
 * Writes the manifest's `reference`, against which drift is measured, from the features of the training:
 *
 *   npm run reference -- --out models/visa-fraud/1
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { DAY_MS } from '../units.js';
import { parseDateRange } from './date-range.js';
import { BLOCK_ROWS, blocksOf, isTaken, REFERENCE_WORLDS } from './reference-worlds.js';
import { TRAINING_TRAIN } from './training-options.js';
import { writeFeaturesShown } from './write-features-shown.js';

/** Of the training: the first blocks, because histories are short then, which a model must expect; of the rest a few. */
const OF_TRAINING = { firstBlocks: 20, oneIn: 45 };

/** Of a file: there are no other worlds beside it. */
const OF_FILE = { firstBlocks: 60, oneIn: 10 };

interface Meta {
  rows: number;
  inputs: Record<string, { name: string }[]>;
}

/** Where this is the program, not a part of the training. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { out, input, train } = new Command('write-reference')
    .description('Writes the reference of the model into its manifest.')
    .requiredOption('--out <dir>', 'the model directory')
    .option('--input <file>', 'CSV of transactions, packed with gzip or not (default: the generator)')
    .option('--train <from..to>', 'days that it was trained on', parseDateRange, parseDateRange(TRAINING_TRAIN))
    .parse()
    .opts<{ out: string; input?: string; train: { fromMs: number; untilMs: number } }>();
  const work = mkdtempSync(join(tmpdir(), 'reference-'));
  try {
    await writeFeaturesShown(input, work, {
      labelDelayDays: 7,
      fromMs: train.fromMs - 7 * DAY_MS,
      untilMs: train.untilMs,
    });
    await writeReferenceOf(work, train, out, input === undefined);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param features the folder of `writeFeatureFile`. @param train the days that the model was trained on. @param out the model directory.
 * @param isGenerated whether other worlds of the generator belong into it.
 * @throws {Error} where the command fails.
 */
export async function writeReferenceOf(
  features: string,
  train: { fromMs: number; untilMs: number },
  out: string,
  isGenerated: boolean,
): Promise<void> {
  const rows = join(features, 'reference.ndjson');
  await writeRows(features, train, rows, isGenerated);
  const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
  const child = spawn(process.execPath, [cli, 'reference', out, '--input', rows, '--provider', 'cpu'], {
    stdio: 'inherit',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0)
    throw new Error(`fraud-scorer reference: expected exit code 0, received ${String(code)} (is it built?)`);
}

async function writeRows(
  folder: string,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  path: string,
  isGenerated: boolean,
): Promise<void> {
  const { rows, inputs }: Meta = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
  const names = Object.values(inputs).flatMap((list) => list.map(({ name }) => name));
  const bytes = readFileSync(join(folder, 'timestamps.bin'));
  const timestamps = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const first = timestamps.findIndex((at) => at >= fromMs);
  const features = await open(join(folder, 'features.f32'));
  const out = await open(path, 'w');
  const block = new Float32Array(BLOCK_ROWS * names.length);
  try {
    for (let index = 0; ; index += 1) {
      const start = first + index * BLOCK_ROWS;
      const end = start + BLOCK_ROWS;
      if (end > rows || (timestamps[end - 1] as number) >= untilMs) break;
      if (!isTaken(index, isGenerated ? OF_TRAINING : OF_FILE)) continue;
      await features.read(block, 0, block.byteLength, start * names.length * block.BYTES_PER_ELEMENT);
      let lines = '';
      for (let row = 0; row < BLOCK_ROWS; row += 1) {
        const at = row * names.length;
        lines += `${JSON.stringify(Object.fromEntries(names.map((name, column) => [name, block[at + column]])))}\n`;
      }
      await out.write(lines);
    }
    for (const world of isGenerated ? REFERENCE_WORLDS : []) {
      for (const lines of blocksOf(world)) await out.write(lines);
    }
  } finally {
    await features.close();
    await out.close();
  }
}
