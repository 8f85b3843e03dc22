import type { Control } from './control.js';

/** Something that a host does with its versions. */
export interface Operation {
  /** How often it is drawn, beside the others. */
  readonly weight: number;
  run(control: Control): Promise<unknown>;
}

/** Thresholds of the policy that are drawn. */
export const thresholds = [0.8, 0.6, 0.4, 0.9] as const;
