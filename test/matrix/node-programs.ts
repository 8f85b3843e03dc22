import { tmpdir } from 'node:os';
import type { NodeLine } from './entry.js';
import { runNpm } from './run-command.js';

/** The program of each line of Node.js: the registry has them as the package `node`, which npm keeps in its cache. */
export class NodePrograms {
  readonly #paths = new Map<NodeLine, Promise<string>>();

  pathOf(line: NodeLine): Promise<string> {
    const known = this.#paths.get(line) ?? find(line);
    this.#paths.set(line, known);
    return known;
  }
}

async function find(line: NodeLine): Promise<string> {
  if (process.versions.node.startsWith(`${line}.`)) return process.execPath;
  const exec = ['exec', '--yes', '--prefer-offline', `--package=node@${line}`, '--'];
  const { stdout } = await runNpm([...exec, 'node', '-p', 'process.execPath'], tmpdir());
  return stdout.trim();
}
