import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ModelInvalidError } from '../../errors.js';
import { codeOf, messageOf } from '../../host/thrown.js';
import type { Manifest } from '../manifest.js';
import type { WeightFileEntry } from '../manifest-files.js';
import { during, isThere } from '../read-file.js';
import type { ManifestFile, RepositoryFiles } from './repository-files.js';
import { isGone, type VersionFolder } from './version-folders.js';

/**
 * The result of one check of a folder. `absent`: there is no `model.json`, so it has no version (yet). `changing`: it changed while it was
 * read. `whole`: the manifest is valid and each file has the manifest's sha256. `broken`: anything else.
 */
export type VersionLook = { state: 'absent' } | { state: 'changing' } | BrokenVersion | WholeVersion;

export interface BrokenVersion {
  state: 'broken';
  /** A fingerprint of the contents. */
  print: string;
  message: string;
}

export interface WholeVersion {
  state: 'whole';
  /** A fingerprint of the contents, `cases.json` included. */
  print: string;
  /** A fingerprint of the manifest, which covers the model and its weights. */
  modelPrint: string;
  /** The folder's real path. */
  directory: string;
}

/** The real paths of a version's folder and its manifest. */
interface Place {
  directory: string;
  manifest: string;
}

/** The result for a file of the manifest's list. */
interface SeenFile {
  print: string;
  /** null if it matches the manifest. */
  problem: string | null;
}

const changing: VersionLook = { state: 'changing' };

/**
 * Checks a folder. It is resolved once, and all files are read from there. If its links were swapped meanwhile, it counts as changing, so
 * that no two versions are mixed.
 *
 * @throws {OutOfResourcesError} if no memory or file descriptor is left.
 */
export async function lookAtVersion(folder: VersionFolder, files: RepositoryFiles): Promise<VersionLook> {
  try {
    const place = await placeOf(folder);
    if (place === null) return { state: 'absent' };
    const look = await readAt(place, folder, files);
    const after = await placeOf(folder);
    return after?.directory === place.directory && after.manifest === place.manifest ? look : changing;
  } catch (error) {
    if (!(error instanceof ModelInvalidError)) throw error;
    return { state: 'broken', print: reasonOf(error), message: error.message };
  }
}

/** @returns null if there is no manifest. */
async function placeOf({ directory }: VersionFolder): Promise<Place | null> {
  try {
    const real = await realpath(directory);
    const path = join(real, 'model.json');
    await lstat(path);
    // A broken link counts as a manifest that cannot be read.
    const manifest = await realpath(path).catch(() => path);
    return { directory: real, manifest };
  } catch (error) {
    if (isGone(error)) return null;
    return during(directory, () => Promise.reject(error));
  }
}

async function readAt(place: Place, folder: VersionFolder, files: RepositoryFiles): Promise<VersionLook> {
  const file = await files.manifest(place.manifest);
  if (file === null) return changing;
  const problem = manifestProblem(file, folder);
  if ('problem' in file.content || problem !== null) {
    return { state: 'broken', print: file.sha256, message: `${folder.given}: ${problem}` };
  }
  const seen = await seeFiles(file.content, place, files);
  const cases = await printOfCases(place, files);
  if (seen === null || cases === null) return changing;
  const print = [file.sha256, ...seen.map((one) => one.print), cases].join(' ');
  const wrong = seen.find((one) => one.problem !== null);
  if (wrong !== undefined) return { state: 'broken', print, message: `${folder.given}: ${wrong.problem}` };
  return { state: 'whole', print, modelPrint: file.sha256, directory: place.directory };
}

/** What is wrong with a manifest or its location. */
function manifestProblem({ content }: ManifestFile, { name, version }: VersionFolder): string | null {
  if ('problem' in content) return content.problem;
  if (content.name === name && content.version === version) return null;
  const [expected, received] = [{ name, version }, content].map((one) => JSON.stringify([one.name, one.version]));
  return `expected the name and version of its folders, ${expected}, in model.json, received ${received}`;
}

/** @returns null if a file changed while it was read. */
async function seeFiles(manifest: Manifest, place: Place, files: RepositoryFiles): Promise<SeenFile[] | null> {
  // Look first next to the manifest that was read: files next to the link may already belong to another version.
  const folders = [...new Set([dirname(place.manifest), place.directory])];
  const seen: SeenFile[] = [];
  for (const entry of [manifest, ...manifest.files]) {
    const file = await seeFile(folders, entry, files);
    if (file === null) return null;
    seen.push(file);
  }
  return seen;
}

/** The first file of that name with the manifest's sha256; if none matches, the last one. null if one changed while it was read. */
async function seeFile(
  folders: readonly string[],
  wanted: WeightFileEntry,
  files: RepositoryFiles,
): Promise<SeenFile | null> {
  let seen: SeenFile = { print: 'none', problem: `${wanted.file}: expected a file, found none` };
  for (const folder of folders) {
    const path = join(folder, wanted.file);
    if (!(await isThere(path))) continue;
    const sha256 = await files.sha256(path).catch(unreadable);
    if (sha256 === null) return null;
    if (sha256 === wanted.sha256) return { print: sha256, problem: null };
    if (typeof sha256 !== 'string') seen = sha256;
    else seen = { print: sha256, problem: `${wanted.file}: ${mismatch(wanted.sha256, sha256)}` };
  }
  return seen;
}

function mismatch(expected: string, received: string): string {
  return `expected sha256 ${expected}, as model.json says, received ${received}`;
}

/** No manifest lists `cases.json`, but a deployment is tried on it. */
async function printOfCases(place: Place, files: RepositoryFiles): Promise<string | null> {
  const path = join(place.directory, 'cases.json');
  if (!(await isThere(path))) return 'none';
  const print = await files.sha256(path).catch(unreadable);
  return print === null || typeof print === 'string' ? print : print.print;
}

/** @throws if the error has another cause than the file. */
function unreadable(error: unknown): SeenFile {
  if (!(error instanceof ModelInvalidError)) throw error;
  return { print: reasonOf(error), problem: error.message };
}

/** Why a file cannot be read, without its path, because the path changes when a link is swapped. */
function reasonOf(error: Error): string {
  return codeOf(error.cause) ?? messageOf(error).split(': ').at(-1) ?? '';
}
