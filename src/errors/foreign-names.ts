/**
 * Characters that would change how a message is read: control characters, which include the start of a terminal's escape sequences, line
 * ends, characters that turn the direction of text, and halves of a character.
 */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;

/** Characters of a name that a message shows. */
const longestShown = 60;

/** Writes such characters as JSON does (`\u001b`), so that a foreign name can forge no log line and send nothing to a terminal. */
export function escapeControls(text: string): string {
  return text.replace(hidden, escaped);
}

/** The same for a text of several lines, which keeps its line ends and tabs. */
export function escapeControlsInLines(text: string): string {
  return text.replace(hidden, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** A name of the caller's or of a file's, for a message: no longer than can be read, and without control characters. */
export function shownName(name: string): string {
  return escapeControls(name.length > longestShown ? `${name.slice(0, longestShown)}…` : name);
}

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
