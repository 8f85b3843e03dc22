/** What an output of the graph may be declared as in a manifest, of which exactly one decides. */
export const scoreForms = ['probabilities', 'probability', 'logits', 'logit', 'score'] as const;
export type ScoreForm = (typeof scoreForms)[number];

/** All that an output may be declared as. */
export const outputForms = [...scoreForms, 'riskScore', 'attention'] as const;
export type OutputForm = (typeof outputForms)[number];
