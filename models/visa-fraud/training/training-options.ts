import type { GeneratorOptions } from '../generator/options.js';

/** What the bundled model is trained and tested on when no file is given. */
export const TRAINING_OPTIONS: GeneratorOptions = {
  seed: 1,
  startDate: '2025-01-01',
  days: 150,
  customers: 3_000,
  terminals: 6_000,
};

/** From the first day: the model must also know customers and terminals of which little is known yet. */
export const TRAINING_TRAIN = '2025-01-01..2025-04-20';

/** A month, after the week in which the labels of the last training days become known. */
export const TRAINING_TEST = '2025-04-28..2025-05-30';
