import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether there is a file at a URL; false where it can't be told: it is of another kind or on another host, say. */
export function isFile(url: URL): boolean {
  try {
    return statSync(fileURLToPath(url)).isFile();
  } catch {
    return false;
  }
}
