import { afterEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/run-cli.js';

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let [out, error] = ['', ''];
  const code = await runCli(args, {
    write: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

// Nothing listens there. What is wrong is found before anything connects.
const address = 'nats://127.0.0.1:1';
const commands = lines([
  ['watch', address],
  ['watch', address, '--once'],
  ['fleet', 'status', '--url', address],
  ['fleet', 'publish', 'models/x', '--object-store', 'models', '--url', address],
  ['stream', '--model', 'x', '--stream', 's', '--consumer', 'c', '--to', 't', '--dead-letter', 'd', '--url', address],
]);

/** With its text for the name of a test. */
function lines(all: readonly string[][]): [string, string[]][] {
  return all.map((args) => [args.slice(0, 2).join(' '), args]);
}

describe('commands that connect to NATS', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each(commands)('%s: refuse a file that cannot be read, with exit code 2', async (_line, given) => {
    for (const option of ['--tls-ca', '--creds']) {
      const { code, error } = await run(...given, option, '/does/not/exist');
      expect(error).toMatch(new RegExp(`${option}: expected a file, received one that cannot be read \\(ENOENT\\)`));
      expect(code).toBe(2);
    }
    for (const [name, option] of [
      ['NATS_CA', '--tls-ca'],
      ['NATS_CREDS', '--creds'],
    ] as const) {
      vi.stubEnv(name, '/does/not/exist');
      expect(await run(...given)).toMatchObject({
        code: 2,
        error: expect.stringContaining(`${option}: expected a file`),
      });
      vi.unstubAllEnvs();
    }
  });

  it.each(commands)('%s: refuse a certificate without its key, and the reverse', async (_line, given) => {
    expect(await run(...given, '--tls-cert', '/does/not/exist')).toMatchObject({
      code: 2,
      error: expect.stringMatching(/--tls-key \(NATS_KEY\): expected a file, as there is --tls-cert/),
    });
    vi.stubEnv('NATS_KEY', '/does/not/exist');
    expect(await run(...given)).toMatchObject({
      code: 2,
      error: expect.stringMatching(/--tls-cert \(NATS_CERT\): expected a file, as there is --tls-key/),
    });
  });

  it.each(lines([['watch'], ['stream'], ['fleet', 'status'], ['fleet', 'wait'], ['fleet', 'publish']]))(
    '%s: name the secrets of the environment in the help',
    async (_line, args) => {
      const { code, out } = await run(...args, '--help');
      expect(code).toBe(0);
      for (const name of ['NATS_USER', 'NATS_PASSWORD', 'NATS_TOKEN', 'NATS_CREDS', 'NATS_CA', 'NATS_CERT', 'NATS_KEY'])
        expect(out).toContain(name);
    },
  );
});
