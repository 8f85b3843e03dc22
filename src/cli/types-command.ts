import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { ModelInvalidError } from '../errors.js';
import { readModelDirectory } from '../models/model-directory.js';
import { featureTypes } from '../tools/feature-types.js';
import type { Output } from './output.js';

/** Adds `fraud-scorer types`. */
export function addTypesCommand(program: Command, output: Output): void {
  program
    .command('types <dir>')
    .description("Writes TypeScript types of a model's features, for FraudScorer.create<Features>().")
    .helpOption('--help', 'show this help')
    .option('--out <file>', 'the .d.ts file to write (default: standard output)')
    .action(async (directory: string, { out }: { out?: string }) => {
      const { manifest } = await readModelDirectory(directory);
      const text = featureTypes(manifest);
      if (out === undefined) {
        output.write(text);
        return;
      }
      try {
        await writeFile(out, text);
      } catch (error) {
        const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
        throw new ModelInvalidError(`${out}: can't be written (${reason})`);
      }
      output.write(`${out}\n`);
    });
}
