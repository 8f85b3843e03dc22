import { escapeControlsInLines } from '../errors/foreign-names.js';

/** Where a command writes: texts that end in a new line. */
export interface Output {
  write(text: string): void;
  error(text: string): void;
  /** For texts without an end: resolves once there is room for more; to false where nobody takes any. */
  ready?(): Promise<boolean>;
}

/** Writes to `output` without control characters: a name in a model, or of a file, must not reach a terminal as an escape sequence. */
export function escapedOutput(output: Output): Output {
  const ready = output.ready?.bind(output);
  return {
    ...(ready === undefined ? {} : { ready }),
    write: (text) => output.write(escapeControlsInLines(text)),
    error: (text) => output.error(escapeControlsInLines(text)),
  };
}

/**
 * What a command ends with: all is well, something that was asked for is not so, the command was not understood, or its output could not
 * be written.
 */
export const exitCodes = { ok: 0, problem: 1, usage: 2, unwritten: 3 } as const;

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** GiB as people read them. */
export function gib(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} GiB`;
}
