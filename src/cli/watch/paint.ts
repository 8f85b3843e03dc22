import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Colours of a terminal that has them; text as it is elsewhere. */
export type Paint = Record<'strong' | 'good' | 'warning' | 'bad', (text: string) => string>;

const asIs = (text: string): string => text;

export const plainPaint: Paint = { strong: asIs, good: asIs, warning: asIs, bad: asIs };

/** What a terminal can show: `NO_COLOR` and dumb terminals are heeded. */
export function paintFor(stream: Pick<WriteStream, 'hasColors'>): Paint {
  if (!stream.hasColors()) return plainPaint;
  return {
    strong: (text) => styleText('bold', text),
    good: (text) => styleText('green', text),
    warning: (text) => styleText('yellow', text),
    bad: (text) => styleText('red', text),
  };
}
