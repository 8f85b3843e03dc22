import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { basename, join } from 'node:path';
import { projectPath } from '../../support/paths.js';
import { checkHttp } from '../checks/answers-http.js';
import type { Trial, TrialContext } from '../entry.js';
import { runCommand, runNpm } from '../run-command.js';
import { ServingHost } from '../serving-host.js';
import { ImageTree } from './image-tree.js';

/**
 * The steps of `examples/container/Dockerfile`, without a container engine: its COPY and RUN lines make a tree, on which its CMD runs as
 * process 1, as another user than root, without capabilities and without a place that can be written.
 */
export const containerImage: Trial = { name: 'container', run: tryImage, obstacle, lines: ['24'], ci: '24' };

function obstacle(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root, for namespaces';
  const { status } = spawnSync('unshare', ['--mount', '--pid', '--fork', 'setpriv', 'true']);
  return status === 0 ? null : 'needs unshare and setpriv of util-linux, and the right to make namespaces';
}

async function tryImage({ node, tarball, directory }: TrialContext): Promise<void> {
  const context = join(directory, 'context');
  await cp(projectPath('examples/container'), context, { recursive: true });
  const registry = await serve(tarball);
  try {
    await lockOn(registry.url, context);
    const image = await ImageTree.build(await readFile(join(context, 'Dockerfile'), 'utf8'), context, directory, node);
    await cannotWrite(image);
    const [file, ...args] = image.commandLine(image.command);
    const host = await ServingHost.spawn({
      command: [file, ...args],
      directory: '/',
      env: image.environment(),
      processId: ({ pid }) => firstChildOf(pid),
    });
    await image.run(image.healthcheck, { PORT: String(host.port) });
    await checkHttp(host);
    const { stdout } = await runCommand('du', ['-sm', image.pathOf('/app')], '/');
    console.log(`container: /app has ${stdout.split('\t')[0]} MB`);
  } finally {
    registry.server.close();
  }
}

/** The package is on no registry: the project names it by an address, which stays the same in the lock file. */
async function lockOn(url: string, context: string): Promise<void> {
  const file = join(context, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  manifest.dependencies['fraud-scorer'] = url;
  await writeFile(file, JSON.stringify(manifest));
  await runNpm(['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'], context);
}

async function cannotWrite(image: ImageTree): Promise<void> {
  const program = `
    const { writeFileSync } = require('node:fs');
    for (const folder of ['/', '/app/', '/app/node_modules/', '/tmp/', '/etc/']) {
      let code;
      try { writeFileSync(folder + 'written', ''); } catch (error) { code = error.code; }
      if (code !== 'EROFS') throw new Error(folder + ': expected EROFS, received ' + code);
    }
    if (process.getuid() !== 1000) throw new Error('expected the user 1000, received ' + process.getuid());
    if (process.pid !== 1) throw new Error('expected process 1, received ' + process.pid);
    if (!process.version.startsWith('v24.')) throw new Error('expected Node.js 24, received ' + process.version);
  `;
  await image.run(['node', '-e', program]);
}

/** `unshare` waits for the container's process 1, its only child. */
function firstChildOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  return child ? Number(child) : undefined;
}

async function serve(file: string): Promise<{ server: Server; url: string }> {
  const server = createServer((_request, response) => void createReadStream(file).pipe(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port');
  return { server, url: `http://127.0.0.1:${address.port}/${basename(file)}` };
}
