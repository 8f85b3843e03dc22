import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutputSpec } from '../../../src/protocol/output-forms.js';
import { maxRawWidth, rawRoomOf, rawWidthOf } from '../../../src/protocol/raw-outputs.js';
import type { ModelSpec } from '../../../src/protocol/serving.js';

const calibration = { method: 'platt', a: 1, b: 0 } as const;

describe('Raw outputs', () => {
  it.each<[string, Pick<ModelSpec, 'outputs' | 'calibration'>, number, number]>([
    ['both logits of two classes', { outputs: { logits: 'y' } }, 2, 2],
    ['all logits of more classes', { outputs: { logits: 'y', fraudClass: 1 } }, 5, 5],
    ['a margin', { outputs: { logit: 'y' } }, 1, 1],
    ['a score with its calibration', { outputs: { score: 'y' }, calibration }, 1, 1],
    ['a probability with a calibration', { outputs: { probability: 'y' }, calibration }, 1, 1],
    ['two probabilities with a calibration', { outputs: { probabilities: 'y' }, calibration }, 2, 2],
    ['the probabilities of three classes', { outputs: { probabilities: 'y', fraudClass: 0 } }, 3, 3],
    ['nothing beside a probability', { outputs: { probability: 'y' } }, 1, 0],
    ['nothing beside one of two probabilities', { outputs: { probabilities: 'y', fraudClass: 0 } }, 2, 0],
    ['nothing of more classes than are kept', { outputs: { logits: 'y', fraudClass: 0 } }, maxRawWidth + 1, 0],
  ])('are kept: %s', (_, spec, columns, width) => {
    expect(rawWidthOf(spec, columns)).toBe(width);
  });

  it('have room before the graph has said how many there are', () => {
    const forms = fc.constantFrom('logits', 'logit', 'probability', 'probabilities', 'score');
    fc.assert(
      fc.property(
        forms,
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 2, max: 80 }),
        (form, isCalibrated, named, n) => {
          const hasClasses = form === 'logits' || form === 'probabilities';
          const classes = Array.from({ length: n }, (_, index) => `class ${index}`);
          const outputs: OutputSpec = {
            [form]: 'y',
            ...(hasClasses && named ? { classes } : {}),
            // More than two columns are refused without it.
            ...(hasClasses && n > 2 ? { fraudClass: 1 } : {}),
          };
          const spec = isCalibrated ? { outputs, calibration } : { outputs };
          expect(rawRoomOf(spec)).toBeGreaterThanOrEqual(rawWidthOf(spec, hasClasses ? n : 1));
        },
      ),
    );
  });
});
