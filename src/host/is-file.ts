import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Whether there is a file at a URL. False if this cannot be checked, for example because the URL is on another host. */
export function isFile(url: URL): boolean {
  try {
    return statSync(fileURLToPath(url)).isFile();
  } catch {
    return false;
  }
}
