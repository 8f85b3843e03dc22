/** One instruction of a Dockerfile, as far as ours use them. */
export type Instruction =
  | { readonly kind: 'run'; readonly command: string }
  | {
      readonly kind: 'copy';
      readonly from: string | null;
      readonly sources: readonly string[];
      readonly target: string;
    }
  | { readonly kind: 'env'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'workdir'; readonly path: string }
  | { readonly kind: 'user'; readonly id: number }
  | { readonly kind: 'healthcheck'; readonly args: readonly string[] }
  | { readonly kind: 'command'; readonly args: readonly string[] }
  | { readonly kind: 'expose' };

export interface Stage {
  readonly image: string;
  /** null for a stage without `AS`. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

/** @throws {Error} that names a line of a kind that it does not know: nothing of the file is passed over. */
export function parseDockerfile(text: string): Stage[] {
  const stages: { image: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const line of linesOf(text)) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(line) ?? [];
    if (word === 'FROM') {
      const [image = '', , name = null] = rest.split(/\s+/);
      stages.push({ image, name, instructions: [] });
      continue;
    }
    const instruction = instructionOf(word, rest);
    const stage = stages.at(-1);
    if (instruction === null || stage === undefined) throw new Error(`Dockerfile: not understood: ${line}`);
    stage.instructions.push(instruction);
  }
  return stages;
}

/** Without comments and empty lines; a line that ends in a backslash goes on in the next. */
function linesOf(text: string): string[] {
  const lines = text.split('\n').filter((line) => !/^\s*(#|$)/.test(line));
  return lines
    .join('\n')
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim());
}

function instructionOf(word: string, rest: string): Instruction | null {
  switch (word) {
    case 'RUN':
      return { kind: 'run', command: rest };
    case 'COPY':
      return copyOf(rest.split(/\s+/));
    case 'ENV':
      return { kind: 'env', values: Object.fromEntries(rest.split(/\s+/).map(pairOf)) };
    case 'WORKDIR':
      return { kind: 'workdir', path: rest };
    case 'USER':
      return /^\d+$/.test(rest) ? { kind: 'user', id: Number(rest) } : null;
    case 'HEALTHCHECK':
      return { kind: 'healthcheck', args: argsOf(rest.replace(/^(--\S+\s+)*CMD\s+/, '')) };
    case 'CMD':
      return { kind: 'command', args: argsOf(rest) };
    case 'EXPOSE':
      return { kind: 'expose' };
    default:
      return null;
  }
}

function copyOf(words: readonly string[]): Instruction | null {
  const [first = ''] = words;
  const from = /^--from=(\S+)$/.exec(first)?.[1] ?? null;
  const paths = from === null ? words : words.slice(1);
  const target = paths.at(-1);
  if (target === undefined || paths.length < 2 || paths.some((path) => path.startsWith('--'))) return null;
  return { kind: 'copy', from, sources: paths.slice(0, -1), target };
}

function pairOf(text: string): [string, string] {
  const [name = '', ...value] = text.split('=');
  return [name, value.join('=')];
}

/** The form in which no shell stands between the program and its signals. */
function argsOf(text: string): string[] {
  const args: unknown = JSON.parse(text);
  if (Array.isArray(args) && args.every((arg) => typeof arg === 'string')) return args;
  throw new Error(`Dockerfile: expected a JSON array of texts, received ${text}`);
}
