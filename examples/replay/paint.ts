import { styleText } from 'node:util';

/** Adds colours if the terminal has them, else returns the text unchanged. */
export interface Paint {
  strong(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

export const plainPaint: Paint = { strong: asIs, good: asIs, warning: asIs, bad: asIs };

const colourPaint: Paint = {
  strong: (text) => styleText('bold', text),
  good: (text) => styleText('green', text),
  warning: (text) => styleText('yellow', text),
  bad: (text) => styleText('red', text),
};

/** The colours that the stream can show. Respects NO_COLOR and dumb terminals. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return stream.isTTY && stream.hasColors() ? colourPaint : plainPaint;
}

function asIs(text: string): string {
  return text;
}
