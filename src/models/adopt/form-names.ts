import { scoreForms } from '../../protocol/output-forms.js';

/** All that an output may be declared as in a manifest. */
export const outputForms = [...scoreForms, 'riskScore', 'attention'] as const;
export type OutputForm = (typeof outputForms)[number];
