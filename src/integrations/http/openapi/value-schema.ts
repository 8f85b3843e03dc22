import type { FeatureDescription, InputDescription } from '../../../api/model-description.js';
import { int64Pattern } from '../int64-text.js';

/** A JSON Schema, 2020-12. */
export type Schema = boolean | { readonly [keyword: string]: unknown };

/** The largest number that rounds to a finite float32. */
const mostFloat32 = 3.4028235677973362e38;

/** Numbers of each type, finite after rounding to it. */
const numbers: Readonly<Record<InputDescription['type'], readonly Schema[]>> = {
  float32: [{ type: 'number', minimum: -mostFloat32, maximum: mostFloat32 }],
  float16: [{ type: 'number', exclusiveMinimum: -65_520, exclusiveMaximum: 65_520 }],
  float64: [{ type: 'number' }],
  int64: [
    { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
    { type: 'string', pattern: int64Pattern, description: 'An integer, also beyond 2^53' },
  ],
  int32: [{ type: 'integer', minimum: -(2 ** 31), maximum: 2 ** 31 - 1 }],
  bool: [{ enum: [0, 1] }, { type: 'boolean' }],
  string: [],
};

/** What a feature takes. @param isNamed by its name rather than in an array, where booleans are mostly a mistake. */
export function valueSchema(feature: FeatureDescription, type: InputDescription['type'], isNamed: boolean): Schema {
  const { categories, takesOtherTexts, optional } = feature;
  // A text of digits is a category where a feature has some.
  const forms: Schema[] = numbers[type].filter((form) => categories === null || !isTextForm(form));
  if (isNamed && type !== 'string' && type !== 'bool') forms.push({ type: 'boolean' });
  if (categories !== null)
    forms.push(takesOtherTexts ? { type: 'string', examples: categories } : { enum: categories });
  if (optional) forms.push({ type: 'null' });
  const [only] = forms;
  return forms.length === 1 && only !== undefined ? only : { anyOf: forms };
}

function isTextForm(form: Schema): boolean {
  return typeof form === 'object' && form.type === 'string';
}
