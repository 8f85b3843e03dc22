import { isFileName } from '../../../../models/manifest-files.js';

const longest = 128;

/** Describes a model or version name, for error messages. */
export const expectedModelName = `the name of a folder of at most ${longest} characters that does not begin with a dot`;

/** Whether a text names a model or a version. It becomes the name of a folder and of an object. */
export function isModelName(value: unknown): value is string {
  return isFileName(value) && value.length <= longest && !value.startsWith('.');
}

/** Describes a name that is a part of a key, for error messages. */
export const expectedToken = 'a text of 1 to 64 letters, digits, - and _';

/** Whether a text can be a part of a subject and of a key. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value);
}
