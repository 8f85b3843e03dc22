import type { RecordedModel } from '../../api/records.js';
import { shownName } from '../../errors/foreign-names.js';
import { FraudScorerError } from '../../errors.js';
import { fileOf, type ModelDirectory } from '../../models/model-directory.js';
import { specOf } from '../../models/model-spec.js';
import { scoringHash } from '../../models/scoring-hash.js';
import { type RowLayout, rowLayoutOf } from '../../protocol/row-layout.js';
import type { KeptModel } from '../../protocol/tools.js';
import type { ContextInput } from '../../records/format/contexts.js';
import type { InputTexts } from './feature-bytes.js';
import type { ModelFolder } from './model-folder.js';
import type { RecordedVersion } from './recorded-version.js';

/** A model that batches are run through. */
export interface LoadedModel {
  directory: ModelDirectory;
  kept: KeptModel;
  layout: RowLayout;
  texts: readonly InputTexts[];
  /** Of what scores depend on in its model.json. */
  scoringHash: string;
}

let nextKey = 0;

export function loadedModel(directory: ModelDirectory): LoadedModel {
  const spec = specOf(directory.manifest);
  nextKey += 1;
  return {
    directory,
    kept: { key: nextKey, spec, file: fileOf(directory) },
    layout: rowLayoutOf(spec.inputs),
    texts: spec.inputs.map(({ texts }) => texts),
    scoringHash: scoringHash(directory.json),
  };
}

/** Why decisions can't be replayed. */
export interface Excuse {
  code:
    | 'model-missing'
    | 'model-differs'
    | 'inputs-differ'
    | 'input-masked'
    | 'input-absent'
    | 'decided-by-fallback'
    | 'other-environment'
    | 'does-not-run';
  why: string;
}

/** Finds the model of each recorded version, once. */
export class ModelsOfVersions {
  readonly #folder: ModelFolder;
  readonly #byVersion = new Map<RecordedVersion, Promise<LoadedModel | Excuse>>();
  readonly #byDirectory = new Map<string, Promise<LoadedModel | Excuse>>();

  constructor(folder: ModelFolder) {
    this.#folder = folder;
  }

  of(version: RecordedVersion): Promise<LoadedModel | Excuse> {
    const known = this.#byVersion.get(version) ?? this.#find(version);
    this.#byVersion.set(version, known);
    return known;
  }

  async #find({ model, inputs }: RecordedVersion): Promise<LoadedModel | Excuse> {
    const key = JSON.stringify([model.name, model.version, model.sha256, model.files]);
    const loading = this.#byDirectory.get(key) ?? this.#load(model);
    this.#byDirectory.set(key, loading);
    const loaded = await loading;
    if (isExcuse(loaded) || inputs === null || hasInputs(loaded, inputs)) return loaded;
    const name = `${shownName(model.name)} ${shownName(model.version)}`;
    return {
      code: 'inputs-differ',
      why: `model.json of ${name} describes other inputs, or other texts of them, than the records`,
    };
  }

  async #load(model: RecordedModel): Promise<LoadedModel | Excuse> {
    try {
      const found = await this.#folder.find(model);
      return 'code' in found ? found : loadedModel(found);
    } catch (error) {
      if (!(error instanceof FraudScorerError)) throw error;
      return { code: 'model-differs', why: error.message };
    }
  }
}

export function isExcuse(value: object): value is Excuse {
  return 'code' in value && 'why' in value;
}

/** Whether a row of the recorded inputs lies in memory as one of the model's does, and means the same. */
function hasInputs({ kept: { spec }, layout }: LoadedModel, inputs: readonly ContextInput[]): boolean {
  if (layout.inputs.length !== inputs.length) return false;
  return layout.inputs.every((input, index) => {
    const { name, size, type, texts } = inputs[index] as ContextInput;
    const own = spec.inputs[index]?.texts;
    return (
      name === input.name && size === input.size && type === input.type && JSON.stringify(texts) === JSON.stringify(own)
    );
  });
}
