import { fileURLToPath } from 'node:url';

/** An absolute path from one relative to the project's root. */
export function projectPath(relative: string): string {
  return fileURLToPath(new URL(`../../${relative}`, import.meta.url));
}

export const goldenModel = projectPath('test/fixtures/golden');

/** The directories of `test/fixtures/models`, which `make_models.py` makes. */
export type FixtureModel =
  | 'linear'
  | 'linear-off'
  | 'sqrt'
  | 'failing'
  | 'disagreeing'
  | 'outside'
  | 'outside-branch'
  | 'compiled'
  | 'custom-operator'
  | 'dynamic-int8'
  | 'static-int8'
  | 'softmax-over-rows'
  | 'batch-mean'
  | 'random'
  | 'double-softmax'
  | 'raw-logit'
  | 'distance'
  | 'constant'
  | 'odd-names'
  | 'forms'
  | 'zip-map'
  | 'batch-1'
  | 'batch-4'
  | 'batch-3-typed'
  | 'trees'
  | 'typed'
  | 'missing'
  | 'int64'
  | 'float16';

export function fixtureModel(name: FixtureModel): string {
  return projectPath(`test/fixtures/models/${name}`);
}
