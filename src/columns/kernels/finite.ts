/**
 * The binary of `finite.wat`, in which a test looks for it. It lies here as text, as the host's code is also run from its sources,
 * where nothing compiles it.
 */
export const finiteBinary =
  'AGFzbQEAAAABBwFgAn9/AX8CEAEEaG9zdAZtZW1vcnkCAAADAgEABwoBBmZpbml0ZQAACn0BewECewNAIAIgAP0ABAD9DAAAAAAAAAAAAAAAAAAAAAD95gH95AEhAiADIAD9AAQQ/QwAAAAAAAAAAAAAAAAAAAAA/eYB/eQBIQMgAEEgaiEAIAAgAUkNAAsgAiAD/eQBIQIgAv0MAAAAAAAAAAAAAAAAAAAAAP1B/aMBCw==';
