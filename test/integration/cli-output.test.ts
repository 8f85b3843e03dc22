import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

interface End {
  code: number | null;
  stderr: string;
}

/** Runs a script in a shell, in the project's folder: `FRAUD_SCORER` stands for the command, `RUN` for Node.js that runs TypeScript. */
async function shell(script: string): Promise<End> {
  const commands = { FRAUD_SCORER: projectPath('dist/cli.js'), RUN: '--import tsx' };
  let text = script;
  for (const [name, command] of Object.entries(commands))
    text = text.replaceAll(name, `${process.execPath} ${command}`);
  const child = spawn('bash', ['-c', text], {
    cwd: projectPath('.'),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code]: [number | null] = await once(child, 'close').then(([exit]) => [exit]);
  return { code, stderr };
}

const model = projectPath('models/visa-fraud/1');
const damaged = projectPath('test/fixtures/models/disagreeing');

describe('the command, whose reader has gone', () => {
  it.each([
    ['doctor', 0],
    ['doctor --json', 0],
    [`check ${model}`, 0],
    [`check ${damaged}`, 1],
    ['--help', 0],
    ['--version', 0],
  ])('ends quietly with the code it found (%s)', async (args, code) => {
    // `true` reads nothing and ends first, as the command waits for it.
    const { code: ended, stderr } = await shell(
      `exec 3> >(exec true); wait $!; FRAUD_SCORER ${args} >&3; echo "code $?" >&2`,
    );
    expect({ ended, stderr }).toEqual({ ended: 0, stderr: `code ${code}\n` });
  });

  it('ends quietly where nobody reads what is wrong either', async () => {
    expect(await shell('exec 3> >(exec true); wait $!; FRAUD_SCORER nonsense >&3 2>&3; echo "code $?" >&2')).toEqual({
      code: 0,
      stderr: 'code 2\n',
    });
  });
});

describe('the command, whose output can not be written', () => {
  it.each(['doctor', 'doctor --json', `check ${model}`, `check ${damaged}`, '--help', '--version'])(
    'says so in one line and ends with 3 on a full disk (%s)',
    async (args) => {
      const { code, stderr } = await shell(`FRAUD_SCORER ${args} > /dev/full`);
      expect({ code, stderr }).toEqual({
        code: 3,
        stderr: 'The output could not be written: no space left on device\n',
      });
    },
  );

  it('ends with its own code where only what is wrong can not be written', async () => {
    expect(await shell('FRAUD_SCORER nonsense 2> /dev/full')).toEqual({ code: 2, stderr: '' });
  });
});

describe("the project's other programs", () => {
  const programs = [
    'examples/replay/main.ts --help',
    'examples/replay/main.ts --limit 200 --workers 1',
    'bench/main.ts --help',
    'bench/profile.ts --help',
    'test/chaos/main.ts --help',
  ];

  it.each(programs)('end quietly where their reader has gone: %s', async (program) => {
    const script = `exec 3> >(exec true); wait $!; RUN ${program} >&3; echo "code $?" >&2`;
    expect(await shell(script)).toEqual({ code: 0, stderr: 'code 0\n' });
  });

  it.each(programs)('say so in one line and end with 3 on a full disk: %s', async (program) => {
    const { code, stderr } = await shell(`RUN ${program} > /dev/full`);
    expect(stderr).toMatch(/^(error: t|T)he output could not be written: no space left on device\n$/);
    expect(code).toBe(3);
  });
});
