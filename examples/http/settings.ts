/** What a host reads from its environment. */
export interface Settings {
  /** PORT: 0 takes any free one. @default 3000 */
  port: number;
  /** MODEL: a model directory. @default the bundled reference model */
  model: string | undefined;
}

/** @throws {Error} with one line that names the variable, what was expected and what came. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const port = Number(env.PORT ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error(`PORT: expected a whole number from 0 to 65535, received ${JSON.stringify(env.PORT)}`);
  }
  return { port, model: env.MODEL === '' ? undefined : env.MODEL };
}

/** The largest body that is read; a request of a hundred features takes two kilobytes. */
export const maxBodyBytes = 64 * 1024;

/** How long a host that was told to stop waits for requests in flight. */
export const drainTimeoutMs = 10_000;
