import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';

interface End {
  code: number | null;
  stderr: string;
}

/** Runs the command in a shell: `FRAUD_SCORER` stands for it. */
async function shell(script: string): Promise<End> {
  const command = `${process.execPath} ${projectPath('dist/cli.js')}`;
  const child = spawn('bash', ['-c', script.replaceAll('FRAUD_SCORER', command)], {
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
