import { createHash } from 'node:crypto';
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ModelInvalidError } from '../../errors.js';
import type { ChosenOutput } from '../../models/adopt/choose-output.js';
import { type DescribedInput, inputDraft } from '../../models/adopt/draft-manifest.js';
import { refusal } from '../../models/adopt/refusal.js';
import type { Calibration } from '../../protocol/output-forms.js';
import { checkModel } from '../check-model.js';
import { casesFile } from '../golden-cases.js';
import type { NamedOutput } from './adopt-file.js';
import type { EditedGraph } from './make-edited.js';
import type { OpenedGraph } from './open-graph.js';
import type { AdoptOrder } from './order.js';

/** All contents of a manifest. */
export interface DraftManifest {
  order: AdoptOrder;
  opened: OpenedGraph;
  inputs: readonly DescribedInput[];
  chosen: ChosenOutput;
  fraudClass: { column: number; label: number | string | null; labels: (number | string)[] } | null;
  used: readonly NamedOutput[];
  calibration: Calibration | null;
  edited: EditedGraph;
}

const modelFile = 'model.onnx';

/** Writes the files of a model directory. @returns the graph's sha256. */
export async function writeDraft(draft: DraftManifest): Promise<string> {
  const { order, edited } = draft;
  await writeFile(join(order.draft, modelFile), edited.bytes);
  for (const { name, bytes } of edited.weights) await writeFile(join(order.draft, name), bytes);
  if (order.cases !== null) await takeCases(order.cases, order.draft);
  const sha256 = createHash('sha256').update(edited.bytes).digest('hex');
  await writeManifest(draft, sha256, edited.batch);
  return sha256;
}

async function takeCases(cases: string, directory: string): Promise<void> {
  await copyFile(cases, join(directory, casesFile)).catch((error: NodeJS.ErrnoException) => {
    throw refusal('cases', 'a JSON file of cases', `${cases}, which can not be read (${error.code ?? 'an error'})`);
  });
}

async function writeManifest(draft: DraftManifest, sha256: string, batch: 'any' | 'alone'): Promise<void> {
  const { order, opened, inputs, chosen, fraudClass, used, calibration, edited } = draft;
  const outputs: Record<string, unknown> = Object.fromEntries(used.map(({ meaning, name }) => [meaning, name]));
  // Two logits without labels are the manifest's default.
  const width = chosen.output.rows?.[0]?.length;
  const isPlain = chosen.form === 'logits' && width === 2 && fraudClass?.labels.length === 0 && fraudClass.column === 1;
  if (fraudClass !== null && !isPlain) {
    outputs.fraudClass = fraudClass.column;
    if (fraudClass.labels.length > 0) outputs.classes = fraudClass.labels;
  }
  const files = edited.weights.map(({ name, sha256 }) => ({ file: name, sha256 }));
  const manifest = {
    name: order.name,
    version: order.version,
    file: modelFile,
    sha256,
    inputs: inputs.map(inputDraft),
    outputs,
    ...(calibration === null ? {} : { calibration }),
    ...(batch === 'any' ? {} : { batch }),
    ...(files.length === 0 ? {} : { files }),
    adopted: { file: basename(order.file), sha256: opened.sha256, changes: edited.changes },
  };
  await writeFile(join(order.draft, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

/**
 * Checks the directory as `fraud-scorer check` does. If a row's score depends on the other rows in its batch, each row must run alone.
 *
 * @throws {ModelInvalidError} if anything is wrong with it.
 */
export async function passCheck(draft: DraftManifest): Promise<'any' | 'alone'> {
  const { order, edited } = draft;
  const { problems } = await checkModel(order.draft);
  if (problems.length === 0) return edited.batch;
  throw new ModelInvalidError(
    'The model can not be adopted: the directory would not pass the check',
    problems.map(({ part, message }) => ({
      path: part,
      expected: 'no problem',
      received: inWordsOfCaller(part === 'golden rows' ? withFile(message, order) : message, order),
    })),
  );
}

/** If the rows have a problem, names the file that they came from. */
function withFile(message: string, { cases, draft }: AdoptOrder): string {
  return cases === null || message.includes(join(draft, casesFile)) ? message : `${cases}: ${message}`;
}

/** The checked directory no longer exists when the caller reads the message, so its path is replaced. */
function inWordsOfCaller(message: string, { cases, draft }: AdoptOrder): string {
  return message.replaceAll(join(draft, casesFile), cases ?? casesFile).replaceAll(join(draft, '/'), '');
}
