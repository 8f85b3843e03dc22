import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { projectPath } from '../support/paths.js';

/** A line that a host logged: pino writes the text as `msg`, NestJS as `message`, or an object there. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Programs of `examples/` that serve. */
export const hostNames = ['express', 'fastify', 'nestjs'] as const;

/** The model that is bundled; where it has not been trained yet, the fixture of the same shape. */
const bundled = projectPath('models/visa-fraud/1');
const model = existsSync(`${bundled}/model.json`) ? bundled : projectPath('test/fixtures/golden');

/** One of the examples, run as a user runs it: its own process, on a port of its own. */
export class HostProcess {
  readonly name: string;
  readonly lines: LogLine[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown[]>;
  readonly #waiting = new Set<() => void>();
  #stderr = '';
  #url = '';

  static async start(host: string, env: Record<string, string> = {}): Promise<HostProcess> {
    const started = new HostProcess(host, env);
    const { port, message } = await started.line(/^listening/);
    started.#url = `http://127.0.0.1:${port ?? /:(\d+)$/.exec(String(message))?.[1]}`;
    return started;
  }

  constructor(host: string, env: Record<string, string>) {
    this.name = host;
    this.#child = spawn(process.execPath, ['--import', 'tsx', `${host}/main.ts`], {
      cwd: projectPath('examples'),
      env: { ...process.env, PORT: '0', MODEL: model, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#child, 'close').finally(() => this.#wake());
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    if (this.#child.stdout === null) throw new Error('The host has no stdout');
    createInterface(this.#child.stdout).on('line', (line) => {
      this.lines.push(JSON.parse(line));
      this.#wake();
    });
  }

  get url(): string {
    return this.#url;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** All that it wrote, as text. */
  get output(): string {
    return JSON.stringify(this.lines) + this.#stderr;
  }

  /** The first line in which this is found, once it has been printed. */
  async line(wanted: RegExp): Promise<LogLine> {
    for (;;) {
      const found = this.lines.find((line) => wanted.test(textOf(line)));
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`The host ended without ${wanted}: ${this.output}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  score(body: string): Promise<Response> {
    return fetch(`${this.#url}/score`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }

  /** Resolves once it takes no connections any more. */
  async refuses(): Promise<void> {
    for (let isOpen = true; isOpen; ) {
      isOpen = await fetch(`${this.#url}/health/live`, { headers: { connection: 'close' } }).then(
        () => true,
        () => false,
      );
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** How it ended: its exit code, or the signal it died of. */
  async ended(): Promise<unknown> {
    const [code, signal] = await this.#exited;
    return code ?? signal;
  }

  async stop(): Promise<unknown> {
    this.signal('SIGTERM');
    return this.ended();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function textOf({ msg, message }: LogLine): string {
  const text = msg ?? message;
  return typeof text === 'string' ? text : JSON.stringify(text);
}
