import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL, URL } from 'node:url';
import { isFile } from '../host/is-file.js';
import { recordsWorkerEntry, toolWorkerEntry, workerEntry } from '../packaged-files.js';
import { isUrl } from '../validation/is-url.js';
import type { IssueList } from '../validation/issues.js';

/**
 * The worker's entry as a file URL. A URL handles paths with a space or a `#`.
 *
 * @param given the option `workerFile`: a path or a file URL, for hosts that bundle this package.
 * @param issues receives an issue if there is no such file. Then the result must not be used.
 */
export function resolveWorkerFile(given: string | URL | undefined, issues: IssueList): string {
  return resolveFile({ option: 'workerFile', name: 'worker', packaged: workerEntry }, given, issues);
}

/** The same for the entry of the tools' worker, from the option `toolWorkerFile`. */
export function resolveToolWorkerFile(given: string | URL | undefined, issues: IssueList): string {
  return resolveFile({ option: 'toolWorkerFile', name: 'tool-worker', packaged: toolWorkerEntry }, given, issues);
}

/** The same for the entry of the records worker, from the option `workerFile` of `recordDecisions`. */
export function resolveRecordsWorkerFile(given: string | URL | undefined, issues: IssueList): string {
  return resolveFile({ option: 'workerFile', name: 'records-worker', packaged: recordsWorkerEntry }, given, issues);
}

interface Entry {
  option: 'workerFile' | 'toolWorkerFile';
  name: 'worker' | 'tool-worker' | 'records-worker';
  packaged: () => URL;
}

function resolveFile(entry: Entry, given: string | URL | undefined, issues: IssueList): string {
  const url = given === undefined ? packagedUrl(entry.packaged) : urlOf(given);
  // A scorer that starts asks the file itself; a recording does not wait for it.
  const isRead = given === undefined || entry.name === 'records-worker';
  const problem = url === null ? noUrl(given) : problemWith(url, isRead ? entry.name : null);
  if (url !== null && problem === null) return url.href;
  const expected = `the path or file URL of fraud-scorer/${entry.name} (a host that bundles passes a copy of it)`;
  issues.add(entry.option, expected, problem ?? 'nothing');
  return '';
}

/** The package's own file; null if the package was bundled and does not know its location. */
function packagedUrl(file: () => URL): URL | null {
  try {
    return urlOf(file());
  } catch {
    return null;
  }
}

function noUrl(given: string | URL | undefined): string {
  return given === undefined ? 'nothing' : 'a URL of another kind';
}

/**
 * @param name the worker that the file must be. It is recognised by the text `mark` in it. null for a file that says itself after its start
 * whether it is one: it may wrap the worker. A bundle may have a `worker.js` of the host next to it, which must not
 * even be started.
 */
function problemWith(url: URL, name: Entry['name'] | null): string | null {
  if (!isFile(url)) return `no file at ${url.href}`;
  return name === null || isOf(`the ${name} of fraud-scorer`, url) ? null : `another program's file at ${url.href}`;
}

/**
 * Whether the text is in the file. If the file cannot be read now, for example for lack of file descriptors, the thread will report that.
 */
function isOf(mark: string, file: URL): boolean {
  try {
    return readFileSync(file, 'latin1').includes(mark);
  } catch {
    return true;
  }
}

function urlOf(workerFile: string | URL): URL | null {
  if (isUrl(workerFile)) return fileUrlOf(workerFile.href);
  if (workerFile.startsWith('file:')) return fileUrlOf(workerFile);
  return pathToFileURL(isAbsolute(workerFile) ? workerFile : resolve(workerFile));
}

function fileUrlOf(href: string): URL | null {
  const url = URL.canParse(href) ? new URL(href) : null;
  return url?.protocol === 'file:' ? url : null;
}
