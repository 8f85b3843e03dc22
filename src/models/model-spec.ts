import { textsOf } from '../protocol/input-texts.js';
import type { InputSpec, ModelSpec } from '../protocol/serving.js';
import type { Manifest } from './manifest.js';
import type { ManifestInput } from './manifest-inputs.js';

/** The parts of a manifest that a worker needs. */
export function specOf({ inputs, outputs, calibration, batch }: Manifest): ModelSpec {
  return {
    inputs: inputs.map(inputSpecOf),
    outputs,
    batch,
    ...(calibration === undefined ? {} : { calibration }),
  };
}

function inputSpecOf(input: ManifestInput): InputSpec {
  const { name, size, type, shape, mean, std } = input;
  const texts = type === 'string' ? textsOf(input) : undefined;
  const reference = referenceOf(input, texts);
  return {
    name,
    size,
    ...(type === undefined ? {} : { type }),
    ...(shape === undefined ? {} : { shape }),
    ...(mean && std ? { mean, std } : {}),
    ...(texts === undefined ? {} : { texts }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/**
 * For an explanation, a feature is replaced by its mean. Without a mean, it is replaced by its value for a missing feature. A text that may
 * not be missing is replaced by the unknown category, else by the first category.
 *
 * @returns undefined if all are at 0, which means are after normalisation.
 */
function referenceOf(
  { size, mean, missing, unknownCategory }: ManifestInput,
  texts: readonly (readonly string[])[] | undefined,
): number[] | undefined {
  if (mean !== undefined) return undefined;
  const reference = Array.from({ length: size }, (_, column) => {
    const raw = missing?.[column] ?? (texts === undefined ? 0 : unknownCategory);
    if (typeof raw === 'number') return raw;
    return Math.max(raw === undefined ? 0 : (texts?.[column]?.indexOf(raw) ?? 0), 0);
  });
  return reference.every((raw) => Object.is(raw, 0)) ? undefined : reference;
}
