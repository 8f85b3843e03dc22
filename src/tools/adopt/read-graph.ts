import { Columns } from '../../models/adopt/columns.js';
import { type DescribedInput, describeInputs } from '../../models/adopt/draft-manifest.js';
import { encodedFeatures } from '../../models/adopt/encoders.js';
import { countOf, nameFeatures } from '../../models/adopt/feature-names.js';
import { OnnxGraph } from '../../models/adopt/onnx-graph.js';
import { refusal } from '../../models/adopt/refusal.js';
import { rowInputs } from '../../models/adopt/row-inputs.js';
import { readNames } from './given-files.js';
import { setImputed, setMissing } from './input-values.js';
import type { OpenedGraph } from './open-graph.js';
import type { AdoptOrder } from './order.js';

export interface ReadGraph {
  inputs: DescribedInput[];
  /** Features whose missing values the graph itself replaces. */
  imputed: string[];
  notes: string[];
}

/** What the graph and the caller say about the inputs, before anything is run. */
export async function readGraph({ bytes }: OpenedGraph, order: AdoptOrder): Promise<ReadGraph> {
  const graph = OnnxGraph.parse(bytes);
  if (graph === null) throw refusal('file', 'an ONNX file', 'another kind of file');
  const names = await readNames(order.features);
  const isHeader = order.features !== null && !Array.isArray(order.features);
  const rows = rowInputs(graph, countOf(names, isHeader));
  const named = nameFeatures(rows, names, isHeader);
  const columns = new Columns(graph, rows);
  const encoded = encodedFeatures(graph, columns);
  const inputs = describeInputs(rows, named.names, encoded);
  setMissing(inputs, order.missing);
  const imputed = setImputed(inputs, graph, columns);
  const notes: string[] = [];
  if (named.leftOut.length > 0)
    notes.push(`columns of the header that were not taken for features: ${named.leftOut.join(', ')}`);
  const texts = inputs.filter(({ type }) => type === 'string');
  if (texts.length > 0) {
    const ignored = texts.filter(({ unknownText }) => unknownText !== undefined).map(({ name }) => name);
    const others = encoded.some(({ takesOthers, ignoresOthers }) => takesOthers && !ignoresOthers);
    const more = others ? '; texts that they do not list are refused, unless the manifest says "unknownCategory"' : '';
    notes.push(`the texts of ${texts.map(({ name }) => name).join(', ')} were read from the graph's encoders${more}`);
    if (ignored.length > 0) {
      const ending =
        'unknown texts count as none of those, as the encoders say ("unknownCategory"); take it out of the manifest to refuse them';
      notes.push(`${ignored.join(', ')}: ${ending}`);
    }
  }
  return { inputs, imputed, notes };
}
