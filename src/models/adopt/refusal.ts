import { ModelInvalidError } from '../../errors.js';

/** Why a graph cannot be adopted, in one line with advice. */
export function refusal(path: string, expected: string, received: string): ModelInvalidError {
  return new ModelInvalidError('The model can not be adopted', [{ path, expected, received }]);
}

/** Names for an error message, shortened. */
export function listed(names: readonly string[], most = 12): string {
  const texts = names.slice(0, most).map((name) => JSON.stringify(name.slice(0, 100)));
  if (names.length > most) texts.push(`${names.length - most} more`);
  return texts.join(', ');
}
