import type { Manifest } from '../models/manifest.js';
import { FeatureReader } from '../requests/feature-reader.js';
import type { KnownNames } from '../requests/known-names.js';
import { type OtherReader, readRequest } from '../requests/read-request.js';
import { type RowLayout, rowLayoutOf } from '../requests/row-layout.js';
import { describeKind } from '../validation/issues.js';

/** Takes features of any name and type. */
const anyFeatures: OtherReader = {
  isForMore: true,
  write: (features) => isObject(features),
  listIssues: (features, issues) => issues.add('features', 'an object of features', describeKind(features)),
};

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Refuses what a real scorer refuses, by the same code. */
export class RequestCheck {
  /** Of an input where features are checked, else of none. */
  readonly layout: RowLayout;
  /** null where any features are taken. */
  readonly features: FeatureReader | null;
  readonly #row: Float32Array;
  readonly #reader: OtherReader;
  readonly #known: KnownNames;
  /** The amount of the request that was read last; NaN where it had none. */
  readonly amount = new Float64Array(1);

  /**
   * @param manifest by which features are checked; null: any are taken. @param ignoresUnknown whether names are taken that no version has.
   * @param known the names of all versions.
   */
  constructor(manifest: Manifest | null, ignoresUnknown: boolean, known: KnownNames) {
    const inputs = manifest?.inputs ?? [];
    this.layout = rowLayoutOf(inputs);
    this.#row = new Float32Array(this.layout.stride);
    this.#known = known;
    this.features =
      manifest === null ? null : new FeatureReader(inputs, this.layout, this.#row.buffer, { ignoresUnknown, known });
    this.#reader = this.features ?? anyFeatures;
  }

  /** @returns the request's id, if it has one. @throws {InvalidRequestError} with everything that is wrong with it. */
  read(request: unknown): string | undefined {
    return readRequest(request, this.layout, this.#row, 0, this.#reader, this.amount, 0);
  }

  /** No request knows its names any more. */
  end(): void {
    if (this.features !== null) this.#known.remove(this.features);
  }
}
