import { setImmediate } from 'node:timers/promises';
import { type Command, CommanderError } from 'commander';

/**
 * Reads a program's command line. Where it is not understood, or only asks for help, the process ends: not before it is known whether what
 * there is to say could be written, which a stream reports a moment later.
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
