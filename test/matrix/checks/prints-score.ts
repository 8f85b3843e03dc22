import { projectPath } from '../../support/paths.js';
import type { HostCommand } from '../entry.js';
import { endOf, runCommand } from '../run-command.js';

/** A program that scores the request in the file of its argument, prints the result as JSON, and ends by itself. */
export async function printsScore({ node, directory, program, env }: HostCommand): Promise<void> {
  const sample = projectPath('examples/sample-request.json');
  // With 'auto' it needs the tools' worker too.
  const { stdout, stderr } = await runCommand(node, [program, sample], directory, { ...env, BATCHING: 'auto' });
  if (!isScore(stdout)) throw new Error(`Expected a score on stdout, received:\n${endOf(stdout + stderr)}`);
}

/** Whether the text is the result of the model for the sample request. */
export function isScore(text: string): boolean {
  try {
    const { source, id, decision, fraudProbability } = JSON.parse(text);
    return source === 'model' && id === 'tx-1' && decision === 'APPROVE' && typeof fraudProbability === 'number';
  } catch {
    return false;
  }
}
