import { createLogUpdate } from 'log-update';
import { paintFor } from '../replay/paint.js';
import { lineOf, type Picture, tableOf } from './view.js';

/** The place where the story is shown. */
export interface Display {
  /** How often `show` should be called. */
  readonly periodMs: number;
  show(picture: Picture): void;
  /** Writes lines that are not overwritten. */
  note(text: string): void;
  heading(text: string): void;
  /** Writes whether a check holds. */
  checked(holds: boolean, what: string): void;
  /** Restores the terminal. */
  close(): void;
}

/** A table that is redrawn in place if there is a terminal with a size, else lines of text. */
export function displayOn(stream: NodeJS.WriteStream): Display {
  const paint = paintFor(stream);
  const { note, ...others } = stream.isTTY && stream.rows > 0 ? liveDisplay(stream) : plainDisplay(stream);
  return {
    ...others,
    note,
    heading: (text) => note(`\n${paint.strong(text)}`),
    checked: (holds, what) => note(holds ? `  ${paint.good('✓')} ${what}` : `  ${paint.bad('✗')} ${what}`),
  };
}

type Surface = Pick<Display, 'periodMs' | 'show' | 'note' | 'close'>;

function liveDisplay(stream: NodeJS.WriteStream): Surface {
  const update = createLogUpdate(stream);
  const paint = paintFor(stream);
  return {
    periodMs: 100,
    show: (picture) => update(tableOf(picture, stream.columns, paint)),
    note: (text) => update.persist(text),
    close: () => {
      update.clear();
      update.done();
    },
  };
}

function plainDisplay(stream: NodeJS.WriteStream): Surface {
  return {
    periodMs: 1_000,
    show: (picture) => stream.write(`${lineOf(picture)}\n`),
    note: (text) => stream.write(`${text}\n`),
    close: () => {},
  };
}
