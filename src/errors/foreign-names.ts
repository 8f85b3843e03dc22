/**
 * Characters that change how a message is displayed: control characters (they start terminal escape sequences), line ends, characters that
 * change the text direction, and lone surrogates.
 */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** The most characters of a name that a message shows. */
const longestShown = 60;

/** Writes such characters as JSON does (`\u001b`), so that a foreign name cannot forge a log line or control a terminal. */
export function escapeControls(text: string): string {
  return text.replace(hidden, escaped);
}

/** The same for text of several lines. Line ends and tabs are kept. */
export function escapeControlsInLines(text: string): string {
  return text.replace(hidden, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** A name from a caller or a file, made safe for a message: shortened, and without control characters. */
export function shownName(name: string): string {
  return escapeControls(name.length > longestShown ? `${name.slice(0, longestShown)}…` : name);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
