import { basename, dirname, isAbsolute, join } from 'node:path';
import { OnnxGraph } from '../../models/adopt/onnx-graph.js';
import { listed, refusal } from '../../models/adopt/refusal.js';
import type { FoundWeights } from '../../models/adopt/weights.js';
import { GraphReader } from '../../models/graph-reader.js';
import { isFileName } from '../../models/manifest-files.js';
import { readShared } from '../../models/read-file.js';

/** An ONNX file with the files of its weights. */
export interface OpenedGraph {
  bytes: Uint8Array;
  sha256: string;
  weights: (FoundWeights & { sha256: string })[];
}

/** Other kinds of files, recognised by their first characters, with advice. */
const others: readonly [(start: string) => boolean, string][] = [
  [
    (start) => start.startsWith('version https://git-lfs'),
    'a pointer of Git LFS in place of the file: fetch it with git lfs pull',
  ],
  [(start) => /^\s*<(!DOCTYPE|html)/i.test(start), 'a web page: download the file itself'],
  [
    (start) => start.startsWith('PK\u0003\u0004'),
    'a zip archive, such as one of PyTorch: export the model with torch.onnx.export',
  ],
  [
    (start) => start.startsWith('\u0080') && start < '\u0080\u0006',
    'a pickle of Python: export the model, with skl2onnx for example',
  ],
  [
    (start) => start.slice(4, 8) === 'ORTM',
    "a file in the runtime's own format (.ort): use the ONNX file that it was made from",
  ],
];

/**
 * Reads an ONNX file and the files that it names, which must be next to it.
 *
 * @throws {ModelInvalidError} if it is not an ONNX file, or refers to files that cannot be adopted.
 */
export async function openGraph(path: string): Promise<OpenedGraph> {
  const file = await readShared(path);
  const bytes = new Uint8Array(file.bytes).slice();
  const start = String.fromCharCode(...bytes.subarray(0, 200));
  const other = others.find(([isIt]) => isIt(start));
  if (other !== undefined) throw refusal('file', 'an ONNX file', other[1]);
  if (OnnxGraph.parse(bytes) === null) {
    throw refusal(
      'file',
      'an ONNX file',
      bytes.length === 0 ? 'an empty file' : 'another kind of file, or one that was cut off',
    );
  }
  const reader = new GraphReader(bytes);
  while (!reader.read(Number.POSITIVE_INFINITY));
  if (reader.contexts.size > 0) {
    throw refusal(
      'file',
      'a graph of operators',
      'compiled code for one device (operator EPContext): use the ONNX file that it was compiled from',
    );
  }
  const weights = [];
  for (const location of reader.files) weights.push(await readWeights(path, location));
  return { bytes, sha256: file.sha256, weights: withOwnNames(weights, basename(path)) };
}

async function readWeights(graph: string, location: string): Promise<FoundWeights & { sha256: string }> {
  const parts = location.split(/[\\/]/);
  if (isAbsolute(location) || parts.includes('..') || location.includes('\0')) {
    throw refusal(
      'file',
      'weights beside the graph',
      `a graph that keeps them in ${listed([location])}: save it again with its weights in the same directory`,
    );
  }
  const { bytes, sha256 } = await readShared(join(dirname(graph), location));
  return { location, name: parts.at(-1) ?? '', bytes: new Uint8Array(bytes), sha256 };
}

/** Plain names that neither the graph nor another file uses. */
function withOwnNames<T extends FoundWeights>(weights: readonly T[], graph: string): T[] {
  const taken = new Set(['model.onnx', 'model.json', 'cases.json']);
  return weights.map((file) => {
    const plain = isFileName(file.name) ? file.name : `${graph}.data`;
    let name = plain;
    for (let count = 2; taken.has(name); count += 1) name = `${count}-${plain}`;
    taken.add(name);
    return { ...file, name };
  });
}
