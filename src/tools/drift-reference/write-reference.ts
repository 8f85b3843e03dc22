import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeText } from '../../models/decode-text.js';
import type { DriftReference } from '../../monitoring/drift/reference.js';
import { OutputFile } from '../score-file/output-file.js';

const placeholder = 'the reference goes here';

/**
 * Writes a reference into the manifest of a model directory and replaces an existing one. All other fields stay. The file is replaced as a
 * whole. If it is a link, the target is replaced.
 *
 * @throws {ScoreFileError} if it cannot be written.
 */
export async function writeReference(directory: string, reference: DriftReference): Promise<void> {
  const path = await realpath(join(directory, 'model.json'));
  const text = decodeText(await readFile(path));
  const file = new OutputFile(path, false);
  try {
    await file.write(withReference(text, reference));
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/** @param manifest the text of a manifest. Its indentation is kept. */
export function withReference(manifest: string, reference: DriftReference): string {
  const fields: Record<string, unknown> = JSON.parse(manifest);
  const indent = /^\{\r?\n([ \t]+)"/.exec(manifest.trimStart())?.[1] ?? '  ';
  const text = JSON.stringify({ ...fields, reference: placeholder }, null, indent);
  return `${text.replace(`"reference": "${placeholder}"`, () => `"reference": ${referenceText(reference, indent)}`)}\n`;
}

/** One line for each feature. */
function referenceText({ rows, phases, score, inputs }: DriftReference, indent: string): string {
  const lists = Object.entries(inputs).map(([name, features]) => {
    const lines = features.map((bins) => `${indent.repeat(4)}${JSON.stringify(bins)}`);
    return `${indent.repeat(3)}${JSON.stringify(name)}: [\n${lines.join(',\n')}\n${indent.repeat(3)}]`;
  });
  const fields = [
    `"rows": ${rows}`,
    ...(phases === undefined ? [] : [`"phases": ${JSON.stringify(phases)}`]),
    `"score": ${JSON.stringify(score)}`,
    `"inputs": {\n${lists.join(',\n')}\n${indent.repeat(2)}}`,
  ];
  return `{\n${fields.map((field) => indent.repeat(2) + field).join(',\n')}\n${indent}}`;
}
