import { createLogUpdate } from 'log-update';
import { dashboard } from './dashboard.js';
import { paintFor } from './paint.js';
import type { Progress } from './progress.js';
import { progressLine } from './progress-line.js';

/** The place where a running replay is shown. */
export interface Display {
  /** How often `show` should be called. */
  readonly periodMs: number;
  show(progress: Progress): void;
  /** Writes a line that is not overwritten. */
  note(line: string): void;
  /** Restores the terminal. */
  close(): void;
}

/** A dashboard if there is a terminal, else lines of text. */
export function displayOn(stream: NodeJS.WriteStream): Display {
  return stream.isTTY ? liveDisplay(stream) : plainDisplay(stream);
}

function liveDisplay(stream: NodeJS.WriteStream): Display {
  const update = createLogUpdate(stream);
  const paint = paintFor(stream);
  return {
    periodMs: 100,
    show: (progress) => update(dashboard(progress, stream.columns || 80, paint)),
    note: (line) => update.persist(`  ${line}`),
    close: () => {
      update.clear();
      update.done();
    },
  };
}

function plainDisplay(stream: NodeJS.WriteStream): Display {
  return {
    periodMs: 2_000,
    show: (progress) => stream.write(`${progressLine(progress)}\n`),
    note: (line) => stream.write(`${line}\n`),
    close: () => {},
  };
}
