import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawSvg } from './draw.js';
import type { ResultFile } from './result-file.js';

/** @returns the files, one for each plot. */
export async function writePlots(directory: string, { results }: ResultFile): Promise<string[]> {
  await mkdir(directory, { recursive: true });
  const plots = results.flatMap((result) => result.plots);
  const files = plots.map(async (plot) => {
    const path = join(directory, `${plot.file}.svg`);
    await writeFile(path, drawSvg(plot));
    return path;
  });
  return await Promise.all(files);
}
