import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultPolicy, roundPolicy } from '../answering/policy.js';
import type { DecisionPolicy } from '../api/policy.js';
import type { ModelIdentity } from '../api/result.js';
import { InvalidOptionsError, ModelInvalidError } from '../errors.js';
import { messageOf } from '../host/thrown.js';
import { type Manifest, readManifest } from '../models/manifest.js';
import { parseManifest } from '../models/model-directory.js';
import { pathOfLocation } from '../models/model-location.js';
import { demonstrationManifest } from '../packaged-files.js';
import { describeValue, IssueList } from '../validation/issues.js';

/**
 * Whose names, inputs and thresholds fakes and fixtures have: a model directory, as a path or file URL, or the contents of a `model.json`. Only the
 * manifest is read: no ONNX file has to be there.
 */
export type TestModel = string | URL | Readonly<Record<string, unknown>>;

/** Read once: it does not change, and fixtures are made by it again and again. */
let demonstration: Manifest | null = null;

const expectedModel = 'the path or file URL of a model directory, or the contents of its model.json as an object';

/**
 * @param model undefined: the demonstration model's.
 * @throws {InvalidOptionsError} where it is neither. @throws {ModelInvalidError} where the manifest can't be read or is malformed.
 */
export function manifestOf(model: TestModel | undefined): Manifest {
  if (model === undefined) {
    demonstration ??= readFrom(demonstrationManifest());
    return demonstration;
  }
  const path = pathOfLocation(model);
  if (path !== null) return readFrom(join(path, 'model.json'));
  if (typeof model !== 'object' || model === null || Array.isArray(model) || model instanceof URL) {
    throw new InvalidOptionsError([{ path: 'model', expected: expectedModel, received: describeValue(model) }]);
  }
  const issues = new IssueList();
  const manifest = readManifest(model, issues);
  if (manifest === null) throw new ModelInvalidError('model', issues.listed, { totalIssues: issues.total });
  return manifest;
}

function readFrom(file: string | URL): Manifest {
  const path = typeof file === 'string' ? file : fileURLToPath(file);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new ModelInvalidError(`${path}: ${messageOf(error)}`, [], { cause: error });
  }
  return parseManifest(bytes, path).manifest;
}

/** Frozen, as that of real results is. */
export function identityOf({ name, version }: Manifest): ModelIdentity {
  return Object.freeze({ name, version });
}

/** @param patch the host's own thresholds, which go before those of the manifest. */
export function policyOf({ policy }: Manifest, patch: Partial<DecisionPolicy>): DecisionPolicy {
  return roundPolicy({ ...defaultPolicy, ...policy, ...patch });
}
