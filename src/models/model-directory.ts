import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ModelIntegrityError, ModelInvalidError } from '../errors.js';
import { messageOf } from '../host/thrown.js';
import type { ModelFile } from '../protocol/serving.js';
import { describeKind, IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';
import { parseJsonFile } from './json-text.js';
import { type Manifest, readManifest } from './manifest.js';
import type { WeightFileEntry } from './manifest-files.js';
import { refuseOutsideFiles } from './outside-files.js';
import { isThere, readShared, readSmall, realPath, type SharedFile } from './read-file.js';

/** A model directory with a valid manifest, and the contents of the model file at the time of reading. */
export interface ModelDirectory {
  manifest: Manifest;
  /** The parsed `model.json`, including the author's own fields. */
  json: unknown;
  /** The sha256 of `model.json`, which names those of the other files. */
  manifestSha256: string;
  /** The absolute path of the ONNX file. */
  modelPath: string;
  /** Its contents. Workers load these even if the file has changed since. */
  bytes: SharedArrayBuffer;
  /** The sha256 of the contents. */
  sha256: string;
  /** The files with weights of the graph, in the manifest's order. */
  files: readonly DirectoryFile[];
  /** The folders to search for the files of this version, in order. The directory itself is the last. */
  folders: readonly string[];
}

/** A file that the manifest lists. */
interface DirectoryFile extends SharedFile {
  name: string;
  /** Absolute path. */
  path: string;
  /** The sha256 in the manifest. */
  expectedSha256: string;
}

/** The ONNX file with its weights, for a worker to load. */
export function fileOf({ bytes, files }: ModelDirectory): ModelFile {
  return { bytes, files: files.map(({ name, bytes }) => ({ name, bytes })) };
}

type OnVersion = (version: string) => void;

/** How often a directory is read again if its links change meanwhile. */
const maxLoads = 5;

/**
 * Reads a model directory and checks the manifest's form, each file's sha256, and that no tensor is in a file that is not listed. The
 * worker that loads the graph checks whether it matches the manifest.
 *
 * @param directory a path, absolute or relative to the working directory.
 * @param onVersion called with the version as soon as the manifest is read, even if something else is wrong with the directory.
 * @throws {ModelInvalidError} if the manifest is missing or malformed, with every issue; or if tensors are in files that are not listed.
 * @throws {ModelIntegrityError} if the file's sha256 differs from the manifest's.
 * @throws {OutOfResourcesError} if no memory or file descriptor is left.
 */
export async function openModelDirectory(directory: string, onVersion?: OnVersion): Promise<ModelDirectory> {
  return checked(await readModelDirectory(directory, onVersion));
}

/**
 * The same for a manifest and a model file with separate paths, because a bundler may have renamed them.
 *
 * @throws what `openModelDirectory` throws.
 */
export async function openModelFiles(manifestPath: string, modelPath: string): Promise<ModelDirectory> {
  const parsed = parseManifest(await readSmall(manifestPath), manifestPath);
  const { bytes, sha256 } = await readShared(modelPath);
  const folders = [dirname(manifestPath)];
  const files = await readWeights(folders, parsed.manifest);
  return checked({ ...parsed, modelPath, bytes, sha256, files, folders });
}

async function checked(opened: ModelDirectory): Promise<ModelDirectory> {
  const mismatch = integrityProblem(opened);
  if (mismatch !== null) throw new ModelIntegrityError(mismatch);
  await refuseOutsideFiles(opened);
  return opened;
}

/**
 * Reads a model directory without checking the model file.
 *
 * The directory is resolved once. Its files may be links to any place, because the sha256 decides. If a deployment swaps the links
 * meanwhile, as Kubernetes does for a ConfigMap, the directory is read again, so that no two versions are mixed.
 *
 * @throws {ModelInvalidError} if the manifest is missing or malformed, or a file is missing.
 * @throws {OutOfResourcesError} if no memory or file descriptor is left.
 */
export async function readModelDirectory(directory: string, onVersion?: OnVersion): Promise<ModelDirectory> {
  for (let load = 1; ; load += 1) {
    const manifestPath = await resolveManifest(directory);
    const isSwapped = async (): Promise<boolean> =>
      load < maxLoads && (await resolveManifest(directory).catch(() => null))?.real !== manifestPath.real;
    try {
      const opened = await read(manifestPath, onVersion);
      if (integrityProblem(opened) === null || !(await isSwapped())) return opened;
    } catch (error) {
      if (!(await isSwapped())) throw error;
    }
  }
}

/** The error message if a file's sha256 differs from the manifest's; null if all match. */
export function integrityProblem({ manifest, modelPath, sha256, files }: ModelDirectory): string | null {
  const graph = { path: modelPath, sha256, expectedSha256: manifest.sha256 };
  const other = [graph, ...files].find((file) => file.sha256 !== file.expectedSha256);
  if (other === undefined) return null;
  return `${other.path}: expected sha256 ${other.expectedSha256}, as its model.json says, received ${other.sha256}: the file is damaged, or it is another file; restore it, or write the sha256 of the right file into model.json`;
}

const howToGetOne =
  'expected the path of a model directory, which `npx fraud-scorer adopt model.onnx --out DIR` makes of an ONNX file';

/** `model.json` in the directory, and the path that it links to. */
interface ManifestPath {
  given: string;
  real: string;
}

interface FoundFile {
  path: string;
  file: SharedFile;
}

async function resolveManifest(directory: string): Promise<ManifestPath> {
  const path = resolve(directory);
  const manifestPath = join(path, 'model.json');
  // Before the directory is resolved: if it is missing, the error names model.json.
  const real = await realPath(manifestPath).catch(async (error: unknown) => {
    if (!(error instanceof ModelInvalidError) || (await isThere(manifestPath))) throw error;
    const versions = await versionsIn(path);
    const advice = versions === null ? howToGetOne : `it has versions: did you mean ${versions}?`;
    throw new ModelInvalidError(`${error.message}: ${advice}`, [], { cause: error.cause });
  });
  return { given: join(await realPath(path), 'model.json'), real };
}

/** Paths of model directories below this one, for a message; null if there is none. */
async function versionsIn(path: string): Promise<string | null> {
  const names = await readdir(path).catch(() => []);
  const found: string[] = [];
  for (const name of names.slice(0, 100)) {
    if (!name.startsWith('.') && (await isThere(join(path, name, 'model.json')))) found.push(join(path, name));
  }
  return found.length === 0 ? null : found.slice(-3).join(' or ');
}

async function read({ given, real }: ManifestPath, onVersion?: OnVersion): Promise<ModelDirectory> {
  const parsed = parseManifest(await readSmall(real), given, onVersion);
  const { manifest } = parsed;
  // Look first next to the manifest that was read: files next to the link may already belong to another version.
  const folders = [...new Set([dirname(real), dirname(given)])];
  const { path, file } = await findFile(folders, manifest);
  const files = await readWeights(folders, manifest);
  return { ...parsed, modelPath: path, bytes: file.bytes, sha256: file.sha256, files, folders };
}

async function readWeights(folders: readonly string[], { files }: Manifest): Promise<DirectoryFile[]> {
  const read: DirectoryFile[] = [];
  for (const entry of files) {
    const { path, file } = await findFile(folders, entry);
    read.push({ name: entry.file, path, expectedSha256: entry.sha256, ...file });
  }
  return read;
}

/** @returns the first file of that name whose sha256 matches the manifest. If none matches, the last one that exists. */
async function findFile(folders: readonly string[], wanted: WeightFileEntry): Promise<FoundFile> {
  const inDirectory = join(folders.at(-1) ?? '', wanted.file);
  const earlier = folders.slice(0, -1).map((folder) => join(folder, wanted.file));
  for (const path of earlier) {
    if (!(await isThere(path))) continue;
    const file = await readShared(path);
    if (file.sha256 === wanted.sha256 || !(await isThere(inDirectory))) return { path, file };
  }
  return { path: inDirectory, file: await readShared(inDirectory) };
}

/** @throws {ModelInvalidError} if it is not valid JSON or not a manifest. */
export function parseManifest(
  file: Uint8Array,
  path: string,
  onVersion?: OnVersion,
): Pick<ModelDirectory, 'manifest' | 'json' | 'manifestSha256'> {
  let json: unknown;
  try {
    json = parseJsonFile(file);
  } catch (error) {
    throw new ModelInvalidError(`${path}: ${messageOf(error)}`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new ModelInvalidError(
      `${path}: expected an object { "name", "version", "file", … }, found ${describeKind(json)}`,
    );
  }
  if ('version' in json && isText(json.version)) onVersion?.(json.version);
  const issues = new IssueList();
  const manifest = readManifest(json, issues);
  if (manifest === null) throw new ModelInvalidError(path, issues.listed, { totalIssues: issues.total });
  return { manifest, json, manifestSha256: createHash('sha256').update(file).digest('hex') };
}
