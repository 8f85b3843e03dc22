import type { RecordedModel, RecordedRuntime } from '../../api/records.js';
import { type RowLayout, rowLayoutOf } from '../../protocol/row-layout.js';
import type { ContextInput } from '../../records/format/contexts.js';

/** A model that decided, as records describe it. Those of several files that say the same are one object. */
export interface RecordedVersion {
  model: RecordedModel;
  runtime: Omit<RecordedRuntime, 'provider'>;
  /** null where the records are lines of JSON, which do not say: the model's own manifest does. */
  inputs: readonly ContextInput[] | null;
  /** null likewise. */
  layout: RowLayout | null;
}

/** Knows the versions that were met, so that a million records have a few objects. */
export class RecordedVersions {
  readonly #byObject = new WeakMap<object, RecordedVersion>();
  readonly #byText = new Map<string, RecordedVersion>();

  /** @param source an object that stands for this version, in one file; asked for again and again. */
  of(source: object, describe: () => Pick<RecordedVersion, 'model' | 'runtime' | 'inputs'>): RecordedVersion {
    const known = this.#byObject.get(source);
    if (known !== undefined) return known;
    const version = this.ofDescription(describe());
    this.#byObject.set(source, version);
    return version;
  }

  ofDescription({ model, runtime, inputs }: Pick<RecordedVersion, 'model' | 'runtime' | 'inputs'>): RecordedVersion {
    const text = JSON.stringify([model, runtime, inputs]);
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const version = { model, runtime, inputs, layout: inputs === null ? null : rowLayoutOf(inputs) };
    this.#byText.set(text, version);
    return version;
  }
}
