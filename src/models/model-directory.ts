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

/** A model directory whose manifest is well formed, with the model file as it was when it was read. */
export interface ModelDirectory {
  manifest: Manifest;
  /** `model.json` as it was parsed: the author's own fields too. */
  json: unknown;
  /** The ONNX file, absolute. */
  modelPath: string;
  /** Its contents. Workers load these, even if the file has changed since. */
  bytes: SharedArrayBuffer;
  /** Of the contents. */
  sha256: string;
  /** The files that hold weights of the graph, in the manifest's order. */
  files: readonly DirectoryFile[];
  /** The folders where the files of this version lie, in the order in which to look; the directory itself is the last. */
  folders: readonly string[];
}

/** A file that the manifest lists. */
interface DirectoryFile extends SharedFile {
  name: string;
  /** Absolute. */
  path: string;
  /** As the manifest has it. */
  expectedSha256: string;
}

/** The ONNX file with its weights, for a worker to load. */
export function fileOf({ bytes, files }: ModelDirectory): ModelFile {
  return { bytes, files: files.map(({ name, bytes }) => ({ name, bytes })) };
}

type OnVersion = (version: string) => void;

/** How often a directory is read anew where its links have changed on the way. */
const maxLoads = 5;

/**
 * Reads and checks a model directory: the manifest's form, each file's sha256, and that no tensor lies in a file that is not listed.
 * Whether the manifest agrees with the graph is for the worker that loads it to say.
 *
 * @param directory a path, absolute or from the working directory.
 * @param onVersion told the version as soon as the manifest says it, whatever is wrong with the directory otherwise.
 * @throws {ModelInvalidError} where the manifest is missing or malformed, and every issue is listed; or where tensors lie in files not listed.
 * @throws {ModelIntegrityError} where the file's sha256 is not the manifest's.
 * @throws {OutOfResourcesError} where the process has no memory or file descriptor left for it.
 */
export async function openModelDirectory(directory: string, onVersion?: OnVersion): Promise<ModelDirectory> {
  return checked(await readModelDirectory(directory, onVersion));
}

/**
 * The same of a manifest and a model file that have paths of their own: a bundler may have given them other names.
 *
 * @throws as `openModelDirectory` does.
 */
export async function openModelFiles(manifestPath: string, modelPath: string): Promise<ModelDirectory> {
  const { manifest, json } = parseManifest(await readSmall(manifestPath), manifestPath);
  const { bytes, sha256 } = await readShared(modelPath);
  const folders = [dirname(manifestPath)];
  const files = await readWeights(folders, manifest);
  return checked({ manifest, json, modelPath, bytes, sha256, files, folders });
}

async function checked(opened: ModelDirectory): Promise<ModelDirectory> {
  const mismatch = integrityProblem(opened);
  if (mismatch !== null) throw new ModelIntegrityError(mismatch);
  await refuseOutsideFiles(opened);
  return opened;
}

/**
 * Reads a model directory, whatever is in the model file.
 *
 * The directory is resolved once. Its files may be links that lead anywhere: the sha256 decides. Where a deployment swaps the links on
 * the way, as Kubernetes does with those of a ConfigMap, it is read anew, so that no two versions are mixed.
 *
 * @throws {ModelInvalidError} where the manifest is missing or malformed, or there is no such file.
 * @throws {OutOfResourcesError} where the process has no memory or file descriptor left for it.
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

/** What to say where a file's sha256 is not the manifest's; null where all are. */
export function integrityProblem({ manifest, modelPath, sha256, files }: ModelDirectory): string | null {
  const graph = { path: modelPath, sha256, expectedSha256: manifest.sha256 };
  const other = [graph, ...files].find((file) => file.sha256 !== file.expectedSha256);
  if (other === undefined) return null;
  return `${other.path}: expected sha256 ${other.expectedSha256}, as its model.json says, received ${other.sha256}: the file is damaged or another one; restore it, or write the sha256 of the right file into model.json`;
}

const howToGetOne =
  'expected the path of a model directory, which `npx fraud-scorer adopt model.onnx --out DIR` makes of an ONNX file';

/** `model.json` as it lies in the directory, and where that leads. */
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
  // Before the directory is: where there is none, the error names model.json.
  const real = await realPath(manifestPath).catch(async (error: unknown) => {
    if (!(error instanceof ModelInvalidError) || (await isThere(manifestPath))) throw error;
    throw new ModelInvalidError(`${error.message}: ${howToGetOne}`, [], { cause: error.cause });
  });
  return { given: join(await realPath(path), 'model.json'), real };
}

async function read({ given, real }: ManifestPath, onVersion?: OnVersion): Promise<ModelDirectory> {
  const { manifest, json } = parseManifest(await readSmall(real), given, onVersion);
  // Beside the file that was read first: what is beside the link may be another version's by now.
  const folders = [...new Set([dirname(real), dirname(given)])];
  const { path, file } = await findFile(folders, manifest);
  const files = await readWeights(folders, manifest);
  return { manifest, json, modelPath: path, bytes: file.bytes, sha256: file.sha256, files, folders };
}

async function readWeights(folders: readonly string[], { files }: Manifest): Promise<DirectoryFile[]> {
  const read: DirectoryFile[] = [];
  for (const entry of files) {
    const { path, file } = await findFile(folders, entry);
    read.push({ name: entry.file, path, expectedSha256: entry.sha256, ...file });
  }
  return read;
}

/** @returns the first file of that name whose sha256 is the manifest's; where none has it, the last that is there. */
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

/** @throws {ModelInvalidError} where it is no JSON or no manifest. */
export function parseManifest(
  file: Uint8Array,
  path: string,
  onVersion?: OnVersion,
): Pick<ModelDirectory, 'manifest' | 'json'> {
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
  return { manifest, json };
}
