import { explanations } from './explanations.js';
import { saturation } from './saturation.js';
import type { Scenario } from './scenario.js';

/** In the order they are run and reported. */
export const scenarios: readonly Scenario[] = [saturation, explanations];
