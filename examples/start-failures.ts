import { FraudScorerError } from 'fraud-scorer';

/** One sentence for what the person at the terminal can put right; undefined for what only a programmer can. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof FraudScorerError) return error.message.replace(/\s*\n\s*/g, ' ');
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const port = 'port' in error ? ` ${error.port}` : '';
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port${port} is in use: end the program that has it, or set PORT to another`;
    case 'EACCES':
      return `Port${port} may not be opened by this user: set PORT to one above 1023`;
    default:
      return undefined;
  }
}

// Also for what a module rejects with while it loads.
process.once('uncaughtException', (error) => {
  const sentence = sentenceOf(error);
  console.error(sentence === undefined ? error : `error: ${sentence}`);
  process.exit(1);
});

// Now, rather than once the model is loaded.
const { PORT = '0' } = process.env;
if (!/^\d+$/.test(PORT) || Number(PORT) > 65_535) {
  console.error('error: PORT: expected an integer from 0 to 65535');
  process.exit(1);
}
