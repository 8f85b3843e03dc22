import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ModelIntegrityError, ModelInvalidError } from '../errors.js';
import { IssueList } from '../issues.js';
import { outOfResources } from '../out-of-resources.js';
import type { ModelFile } from '../pool/protocol.js';
import { type Manifest, readManifest } from './manifest.js';

/** A model directory whose manifest is well formed and whose file is the one the manifest names. */
export interface ModelDirectory {
  manifest: Manifest;
  /** The ONNX file, absolute. */
  modelPath: string;
}

/** The ONNX file, for a worker to load. */
export function fileOf({ manifest, modelPath }: ModelDirectory): ModelFile {
  return { modelPath, sha256: manifest.sha256 };
}

/**
 * Reads and checks a model directory: the manifest's form, that the file lies in the directory, and its sha256.
 * Whether the manifest agrees with the graph is for the worker that loads it to say.
 *
 * @param directory a path, absolute or from the working directory.
 * @throws {ModelInvalidError} where the manifest is missing or malformed; every issue is listed.
 * @throws {ModelIntegrityError} where the file's sha256 is not the manifest's.
 * @throws {OutOfResourcesError} where there is no memory or file descriptor to read it.
 */
export async function openModelDirectory(directory: string): Promise<ModelDirectory> {
  const { manifest, modelPath, sha256 } = await readModelDirectory(directory);
  const mismatch = integrityProblem(manifest, modelPath, sha256);
  if (mismatch !== null) throw new ModelIntegrityError(mismatch);
  return { manifest, modelPath };
}

/**
 * The same, whatever the file's sha256 is.
 *
 * @throws {ModelInvalidError} where the manifest is missing or malformed, or there is no such file.
 * @throws {OutOfResourcesError} where there is no memory or file descriptor to read it.
 */
export async function readModelDirectory(directory: string): Promise<ModelDirectory & { sha256: string }> {
  const manifestPath = await containedPath(resolve(directory), 'model.json');
  const manifest = parseManifest(await readModelFile(manifestPath), manifestPath);
  const modelPath = await containedPath(dirname(manifestPath), manifest.file);
  const sha256 = createHash('sha256')
    .update(await readModelFile(modelPath))
    .digest('hex');
  return { manifest, modelPath, sha256 };
}

/** What to say where a file's sha256 is not the manifest's; null where it is. */
export function integrityProblem(manifest: Manifest, modelPath: string, sha256: string): string | null {
  if (sha256 === manifest.sha256) return null;
  return `${modelPath}: expected sha256 ${manifest.sha256}, as its model.json says, received ${sha256}`;
}

function parseManifest(text: Buffer, path: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text.toString('utf8'));
  } catch {
    // The parser's own words quote what it read.
    throw new ModelInvalidError(`${path}: expected JSON`);
  }
  const issues = new IssueList();
  const manifest = readManifest(json, issues);
  if (manifest === null) throw new ModelInvalidError(path, issues.listed, { totalIssues: issues.total });
  return manifest;
}

/** A file's real path, so that a symbolic link can't lead out of the directory either. */
async function containedPath(directory: string, file: string): Promise<string> {
  try {
    const path = await realpath(join(directory, file));
    if (dirname(path) === (await realpath(directory))) return path;
  } catch (error) {
    throw unreadable(join(directory, file), error);
  }
  throw new ModelInvalidError(`${join(directory, file)}: expected a file in this directory, received a link out of it`);
}

async function readModelFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** What ran out is no fault of the model's. */
function unreadable(path: string, error: unknown): Error {
  const shortage = outOfResources(error, `${path} could not be read`);
  return shortage ?? new ModelInvalidError(`${path}: ${reasonOf(error)}`, [], { cause: error });
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'expected a file, found none';
  if (code === 'EISDIR') return 'expected a file, found a directory';
  if (code === 'EACCES' || code === 'EPERM') return 'expected a readable file, was refused';
  return `could not be read (${String(code ?? error)})`;
}
