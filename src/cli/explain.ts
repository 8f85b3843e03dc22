import type { Command } from 'commander';
import { FraudScorerError } from '../errors.js';
import { type DecisionExplanation, explainDecision } from '../tools/explain/explain-decision.js';
import { type FoundDecisions, findDecisions, type Wanted, writtenIds } from '../tools/explain/find-decisions.js';
import { ModelsOfVersions } from '../tools/replay/loaded-model.js';
import { ModelFolder } from '../tools/replay/model-folder.js';
import { ScoreFileError } from '../tools/score-file/score-file-error.js';
import { ToolWorker } from '../tools/tool-worker.js';
import { countOf } from './evaluation-words.js';
import { explainText } from './explain-text.js';
import { asJson, type Output } from './output.js';
import { givenFiles, readKeyFile, refuse } from './records-input.js';

interface ExplainOptions {
  id?: string;
  decisionId?: string;
  keyFile?: string;
  models?: string;
  json?: true;
}

/** Describes the command `explain`. @param endWith is told whether there are decisions, and reasons for each that has a score. */
export function describeExplain(command: Command, output: Output, endWith: (isWell: boolean) => void): void {
  command
    .option('--id <id>', "the host's id of the transaction, or its hash as it stands in the records")
    .option('--decision-id <id>', 'the id of the decision, as it stands in the records')
    .option('--key-file <file>', 'a file with the key that ids are hashed with')
    .option('--models <dir>', 'the model directory of the version that decided, or a folder of them')
    .option('--json', 'write JSON, for machines')
    .action(async (paths: string[], options: ExplainOptions) => {
      try {
        const { found, explanations } = await explain(paths, options);
        if (explanations.length === 0) output.error(`${notFound(found, options)}\n`);
        if (found.damaged > 0) output.error(damagedText(found.damaged));
        output.write(options.json ? asJson({ decisions: explanations }) : explainText(explanations));
        const areExplained = explanations.every(({ reasons, score }) => reasons !== null || score === null);
        endWith(explanations.length > 0 && areExplained);
      } catch (error) {
        if (!(error instanceof ScoreFileError)) throw error;
        output.error(`${error.message}\n`);
        endWith(false);
      }
    });
}

async function explain(
  paths: readonly string[],
  options: ExplainOptions,
): Promise<{ found: FoundDecisions; explanations: DecisionExplanation[] }> {
  const wanted = await wantedOf(options);
  const files = await givenFiles(paths);
  const models = await modelsOf(options.models);
  const found = await findDecisions(files, wanted);
  return { found, explanations: await explainAll(found, models) };
}

async function wantedOf({ id, decisionId, keyFile }: ExplainOptions): Promise<Wanted> {
  if ((id === undefined) === (decisionId === undefined)) {
    refuse('--id', 'either --id or --decision-id', id === undefined ? 'neither' : 'both');
  }
  if (keyFile !== undefined && id === undefined) refuse('--key-file', '--id beside it', '--decision-id');
  if (id === undefined) return { decisionId: decisionId ?? '' };
  if (id === '') refuse('--id', 'an id', 'an empty text');
  if (keyFile === undefined) return { ids: writtenIds(id, null) };
  return { ids: writtenIds(id, await readKeyFile(keyFile)) };
}

async function modelsOf(folder: string | undefined): Promise<ModelsOfVersions | null> {
  if (folder === undefined) return null;
  try {
    return new ModelsOfVersions(await ModelFolder.open(folder));
  } catch (error) {
    if (!(error instanceof FraudScorerError)) throw error;
    return refuse('--models', 'a model directory, or a folder of model directories', error.message);
  }
}

async function explainAll(
  { decisions }: FoundDecisions,
  models: ModelsOfVersions | null,
): Promise<DecisionExplanation[]> {
  let worker: ToolWorker | null = null;
  const parts = {
    models,
    worker: () => {
      worker ??= new ToolWorker();
      return worker;
    },
  };
  try {
    const explanations: DecisionExplanation[] = [];
    for (const decision of decisions) explanations.push(await explainDecision(decision, parts));
    return explanations;
  } finally {
    await closed(worker);
  }
}

/** A decision that is not found may stand there. `records` says where they are. */
function damagedText(places: number): string {
  const are = `${countOf(places, 'place')} in the files ${places === 1 ? 'is' : 'are'} damaged`;
  return `${are}: what stood there is not found. The command records says which.\n`;
}

async function closed(worker: ToolWorker | null): Promise<void> {
  await worker?.close();
}

function notFound({ areHashed }: FoundDecisions, { id, keyFile }: ExplainOptions): string {
  if (id === undefined) return 'There is no such decision in the files.';
  if (areHashed && keyFile === undefined) {
    return 'There is no decision with this id in the files. Ids are hashed there: give the key by --key-file.';
  }
  return `There is no decision with this id in the files${areHashed ? ' (is it the key that they were written with?)' : ''}.`;
}
