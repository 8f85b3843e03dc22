/** The binary of `finite.wat`; a test compares the two. It is stored here as text, because tests run the sources without a build step. */
export const finiteBinary =
  'AGFzbQEAAAABBwFgAn9/AX8CEAEEaG9zdAZtZW1vcnkCAAADAgEABwoBBmZpbml0ZQAACn0BewECewNAIAIgAP0ABAD9DAAAAAAAAAAAAAAAAAAAAAD95gH95AEhAiADIAD9AAQQ/QwAAAAAAAAAAAAAAAAAAAAA/eYB/eQBIQMgAEEgaiEAIAAgAUkNAAsgAiAD/eQBIQIgAv0MAAAAAAAAAAAAAAAAAAAAAP1B/aMBCw==';
