import { setImmediate } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';

/**
 * Parses a program's command line. Ends the process if it is not understood or only asks for help. First waits until the text is written,
 * because a stream reports a failed write a moment later.
 */
export async function parseOrExit(command: Command): Promise<void> {
  try {
    command.exitOverride().parse();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    await setImmediate();
    process.exit(error.exitCode);
  }
}
