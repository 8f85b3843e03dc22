import type { GeneratorOptions } from '../generator/options.js';

/** The bundled sample: eight weeks of a small issuer, some 20,000 transactions. */
export const SAMPLE_OPTIONS: GeneratorOptions = {
  seed: 8,
  startDate: '2025-09-01',
  days: 56,
  customers: 180,
  terminals: 360,
  regions: 2,
};
