import { FieldReader } from '../validation/field-reader.js';
import type { IssueList } from '../validation/issues.js';
import { isText } from '../validation/text.js';

/** A file with weights of the graph, as the manifest lists it. */
export interface WeightFileEntry {
  /** A plain name. The graph's tensors use it too. */
  file: string;
  /** The sha256 of its contents, in lower-case hexadecimal. */
  sha256: string;
}

export const expectedFileName = 'the name of a file in the same directory';
export const expectedSha256 = '64 hexadecimal digits';

/** Reads `files`: weights of the graph that are in separate files. */
export function readWeightFiles(reader: FieldReader, graph: string | undefined, issues: IssueList): WeightFileEntry[] {
  const list = reader.value('files', 'a list of { file, sha256 }', Array.isArray) ?? [];
  const names = new Set(graph === undefined ? [] : [graph]);
  return list.map((item: unknown, index) => {
    const fields = new FieldReader(item ?? null, `files[${index}]`, issues);
    const file = fields.required('file', expectedFileName, isFileName) ?? '';
    const sha256 = fields.required('sha256', expectedSha256, isSha256) ?? '';
    if (file !== '' && names.has(file)) fields.reject('file', 'a name that no other file of this model has', file);
    names.add(file);
    return { file, sha256: sha256.toLowerCase() };
  });
}

/** Whether it is a plain name. No manifest can make this package read a file outside the model's directory. */
export function isFileName(value: unknown): value is string {
  return isText(value) && !/[\\/\0]/.test(value) && value !== '.' && value !== '..';
}

export function isSha256(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{64}$/i.test(value);
}
