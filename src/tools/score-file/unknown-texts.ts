import type { ManifestInput } from '../../models/manifest-inputs.js';
import { featureNamesOf, type NameScope } from '../../requests/feature-names.js';
import { featureColumns } from './feature-columns.js';

/** Rows in which a feature had a text that is not one of its categories. */
export interface UnknownTextsOfColumn {
  column: string;
  rows: number;
}

interface Watched {
  column: string;
  categories: ReadonlySet<string>;
}

/**
 * Counts the rows with texts that the model does not know, by column. The texts are not stored. Such a text is scored as `unknownCategory`.
 * Without this count, a text that is misspelt in a whole file would not be noticed.
 */
export class UnknownTexts {
  readonly #inputs: readonly ManifestInput[];
  readonly #top: NameScope;
  /** In the order of all features; null if the feature cannot have an unknown text. */
  readonly #watched: readonly (Watched | null)[];
  /** The number of each input's first feature. */
  readonly #firsts: readonly number[];
  readonly #rows = new Map<string, number>();
  readonly #hasNone: boolean;

  constructor(inputs: readonly ManifestInput[]) {
    this.#inputs = inputs;
    this.#top = featureNamesOf(inputs).top;
    this.#watched = featureColumns(inputs).map(({ name, categories, takesOtherTexts }) =>
      categories !== null && takesOtherTexts ? { column: name, categories } : null,
    );
    let first = 0;
    this.#firsts = inputs.map(({ size }) => {
      first += size;
      return first - size;
    });
    this.#hasNone = this.#watched.every((watched) => watched === null);
  }

  /** @param features the features of a scored row, in the form that `score` takes. */
  add(features: unknown): void {
    if (this.#hasNone || typeof features !== 'object' || features === null) return;
    for (const [name, value] of Object.entries(features)) {
      const place = this.#top.placeOf(name);
      if (place === undefined) continue;
      const target = this.#top.targets[place] ?? -1;
      if (typeof value === 'string') this.#count(target, value);
      else this.#addInput(this.#top.inputs[place] ?? -1, value);
    }
  }

  /** The column with the most rows first. */
  list(): UnknownTextsOfColumn[] {
    return [...this.#rows].map(([column, rows]) => ({ column, rows })).sort((a, b) => b.rows - a.rows);
  }

  #addInput(index: number, value: unknown): void {
    const input = this.#inputs[index];
    const first = this.#firsts[index];
    if (input === undefined || first === undefined || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const [place, text] of value.entries()) this.#count(first + place, text);
      return;
    }
    // Typed arrays hold no texts.
    if (ArrayBuffer.isView(value) || input.categories === undefined) return;
    for (const [name, text] of Object.entries(value)) {
      const place = input.features?.indexOf(name) ?? -1;
      if (place >= 0) this.#count(first + place, text);
    }
  }

  #count(feature: number, text: unknown): void {
    const watched = this.#watched[feature];
    if (typeof text !== 'string' || !watched || watched.categories.has(text)) return;
    this.#rows.set(watched.column, (this.#rows.get(watched.column) ?? 0) + 1);
  }
}
