import { escapeControlsInLines } from '../errors/foreign-names.js';

/** Where a command writes. Each text ends with a new line. */
export interface Output {
  write(text: string): void;
  error(text: string): void;
}

/** Writes to `output` and escapes control characters. A name from a model or a file must not reach a terminal as an escape sequence. */
export function escapedOutput(output: Output): Output {
  return {
    write: (text) => output.write(escapeControlsInLines(text)),
    error: (text) => output.error(escapeControlsInLines(text)),
  };
}

/** The exit codes: success, a check or request failed, the command line was not understood, the output could not be written. */
export const exitCodes = { ok: 0, problem: 1, usage: 2, unwritten: 3 } as const;

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Formats GiB for people. */
export function gib(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} GiB`;
}
