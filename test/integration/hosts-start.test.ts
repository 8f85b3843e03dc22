import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { fixtureModel, projectPath } from '../support/paths.js';

/** Runs an example until it ends. */
async function run(example: string, env: Record<string, string>): Promise<{ code: unknown; stderr: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', `${example}/main.ts`], {
    cwd: projectPath('examples'),
    env: { ...process.env, PORT: '0', MODEL: fixtureModel('linear'), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { code, stderr };
}

describe('an example that cannot start', () => {
  it('says in one sentence that its port is none', async () => {
    expect(await run('express', { PORT: 'eighty' })).toEqual({
      code: 1,
      stderr: 'error: PORT: expected an integer from 0 to 65535\n',
    });
  });

  it('says in one sentence that its port is in use', async () => {
    const other = createServer().listen(0);
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : null;
    expect(await run('fastify', { PORT: `${port}` })).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^error: Port \d+ is in use: .+\n$/),
    });
    other.close();
  });

  it.each(['nestjs', 'stream', 'alerts-webhook'])(
    'says in one sentence that there is no such model: %s',
    async (example) => {
      const { code, stderr } = await run(example, { MODEL: '/there/is/none' });
      expect(code).toBe(1);
      // NestJS logs the error by itself too.
      const own = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{"level"'));
      expect(own).toEqual([
        expect.stringMatching(/^error: \/there\/is\/none\/model.json: expected a file, found none/),
      ]);
    },
  );
});
