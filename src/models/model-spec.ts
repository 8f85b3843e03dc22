import { textsOf } from '../protocol/input-texts.js';
import type { InputSpec, ModelSpec } from '../protocol/serving.js';
import type { Manifest } from './manifest.js';
import type { ManifestInput } from './manifest-inputs.js';

/** What a worker must know of a manifest. */
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
 * For an explanation, a feature is put at its mean; without one, at what it is when it is missing. A text that is never missing is put at
 * what stands for an unknown one, else at the first category.
 *
 * @returns undefined where all are at 0, as the means are after normalisation.
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
