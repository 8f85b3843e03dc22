import { ModelInvalidError } from '../errors.js';
import type { ModelDirectory } from './model-directory.js';
import { readGraph } from './read-graph.js';

/** The most names in a message, and the most characters of each. */
const maxNames = 5;
const maxNameLength = 100;

const cure =
  'list each of them in model.json ("files": [{ "file", "sha256" }]), beside which they lie under plain names; fraud-scorer adopt does so, and copies them';

/**
 * Refuses a model whose ONNX file refers to files that its manifest does not list. No sha256 covers those files, and the runtime would look
 * for them in the working directory of the process. If a file cannot be read as ONNX, the runtime refuses it later.
 *
 * @throws {ModelInvalidError} with the names of those files and advice.
 */
export async function refuseOutsideFiles({
  modelPath,
  bytes,
  files: listedFiles,
}: Pick<ModelDirectory, 'modelPath' | 'bytes' | 'files'>): Promise<void> {
  const file = new Uint8Array(bytes);
  if (isRuntimeFormat(file)) {
    refuse(
      modelPath,
      'an ONNX file',
      "one in the runtime's own format (.ort), whose contents can't be checked: use the ONNX file it was made from",
    );
  }
  const { files, contexts } = await readGraph(file);
  const unlisted = new Set([...files].filter((file) => !listedFiles.some(({ name }) => name === file)));
  if (unlisted.size > 0)
    refuse(
      modelPath,
      'tensors in this file, or in files that model.json lists',
      `a graph that keeps tensors in ${listed(unlisted)}, which no sha256 covers: ${cure}`,
    );
  if (contexts.size > 0) {
    const code = `compiled code for one device (operator EPContext, node ${listed(contexts)}), which may lie in another file`;
    refuse(modelPath, 'a graph of operators', `${code}: use the ONNX file that it was compiled from`);
  }
}

function refuse(modelPath: string, expected: string, received: string): never {
  throw new ModelInvalidError(modelPath, [{ path: 'file', expected, received }]);
}

function listed(names: ReadonlySet<string>): string {
  const texts = [...names].slice(0, maxNames).map((name) => JSON.stringify(name.slice(0, maxNameLength)));
  if (names.size > maxNames) texts.push(`${names.size - maxNames} more`);
  return texts.join(', ');
}

/** The mark of an onnxruntime flatbuffer, by which the runtime itself recognises the format. */
function isRuntimeFormat(file: Uint8Array): boolean {
  return String.fromCharCode(...file.slice(4, 8)) === 'ORTM';
}
