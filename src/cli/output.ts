import { escapeControlsInLines } from '../errors/foreign-names.js';

/** Where a command writes. Each text ends with a new line. */
export interface Output {
  write(text: string): void;
  error(text: string): void;
  /** For texts without an end: resolves once there is room for more; to false where nobody takes any. */
  ready?(): Promise<boolean>;
}

/** Writes to `output` and escapes control characters. A name from a model or a file must not reach a terminal as an escape sequence. */
export function escapedOutput(output: Output): Output {
  const ready = output.ready?.bind(output);
  return {
    ...(ready === undefined ? {} : { ready }),
    write: (text) => output.write(escapeControlsInLines(text)),
    error: (text) => output.error(escapeControlsInLines(text)),
  };
}

/**
 * The exit codes: success, a check or request failed, the command line was not understood, the output could not be written. `replay` alone
 * has two more: nothing could be replayed, and some decisions could not.
 */
export const exitCodes = { ok: 0, problem: 1, usage: 2, unwritten: 3, nothingReplayed: 4, partlyReplayed: 5 } as const;

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Formats GiB for people. */
export function gib(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} GiB`;
}
