import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Adds colours if the terminal has them, else returns the text unchanged. */
export type Paint = Record<'strong' | 'good' | 'warning' | 'bad', (text: string) => string>;

const asIs = (text: string): string => text;

export const plainPaint: Paint = { strong: asIs, good: asIs, warning: asIs, bad: asIs };

/** The colours that the terminal can show. Respects `NO_COLOR` and dumb terminals. */
export function paintFor(stream: Pick<WriteStream, 'hasColors'>): Paint {
  if (!stream.hasColors()) return plainPaint;
  return {
    strong: (text) => styleText('bold', text),
    good: (text) => styleText('green', text),
    warning: (text) => styleText('yellow', text),
    bad: (text) => styleText('red', text),
  };
}
