import { scoreForms } from '../../protocol/output-forms.js';

/** The forms that a manifest may declare for an output. */
export type OutputForm = 'logits' | 'logit' | 'probability' | 'probabilities' | 'score' | 'riskScore' | 'attention';

export const outputForms: readonly OutputForm[] = [...scoreForms, 'riskScore', 'attention'];
