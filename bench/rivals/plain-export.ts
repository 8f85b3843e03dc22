import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openModelDirectory } from '../../src/models/model-directory.js';

/** A graph as PyTorch exports it, and how its inputs are normalised: what somebody would begin with. */
export interface PlainExport {
  modelPath: string;
  inputs: readonly { name: string; size: number; mean?: readonly number[]; std?: readonly number[] }[];
}

/** The one beside the served graph; null where the directory has none. */
export async function findPlainExport(modelDirectory: string): Promise<PlainExport | null> {
  const modelPath = join(modelDirectory, 'plain.onnx');
  if (!existsSync(modelPath)) return null;
  const { manifest } = await openModelDirectory(modelDirectory);
  return { modelPath, inputs: manifest.inputs };
}
