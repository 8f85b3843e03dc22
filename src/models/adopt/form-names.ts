import { scoreForms } from '../../protocol/output-forms.js';

/** What an output may be declared as in a manifest. */
export type OutputForm = 'logits' | 'logit' | 'probability' | 'probabilities' | 'score' | 'riskScore' | 'attention';

export const outputForms: readonly OutputForm[] = [...scoreForms, 'riskScore', 'attention'];
