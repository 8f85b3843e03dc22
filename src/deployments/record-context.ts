import type { ModelDirectory } from '../models/model-directory.js';
import { scoringHash } from '../models/scoring-hash.js';
import { textsOf } from '../protocol/input-texts.js';
import { scoreFormOf } from '../protocol/output-forms.js';
import type { ContextInput, VersionContext } from '../records/format/contexts.js';

/** What records say of the model that decided. */
export function recordContext({
  manifest,
  json,
  sha256,
  files,
}: Pick<ModelDirectory, 'manifest' | 'json' | 'sha256' | 'files'>): Omit<VersionContext, 'runtime' | 'number'> {
  const { name, version, inputs, batch, outputs } = manifest;
  const model = { name, version, sha256, manifest: scoringHash(json) };
  const weights = Object.fromEntries(files.map((file) => [file.name, file.sha256]));
  return {
    model: files.length === 0 ? model : { ...model, files: weights },
    inputs: inputs.map(contextInput),
    batch,
    scoreForm: scoreFormOf(outputs),
  };
}

function contextInput(input: ModelDirectory['manifest']['inputs'][number]): ContextInput {
  const { name, size, type = 'float32', features } = input;
  return {
    ...{ name, size, type },
    ...(features === undefined ? {} : { features: [...features] }),
    ...(type === 'string' ? { texts: textsOf(input) } : {}),
  };
}
