import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { skipField } from './skip-field.js';

/** The messages of onnx.proto that lead to tensors: the fields that contain messages, by field number. */
const fields = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparseTensor' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparseTensor', 23: 'sparseTensor' },
  sparseTensor: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>;

type MessageName = keyof typeof fields;

const messagesIn: Readonly<Record<MessageName, Readonly<Record<number, MessageName>>>> = fields;

/** Texts that are read, by field number: of a `NodeProto`, and of an entry of `external_data`. */
const nodeTexts = { name: 3, operator: 4, domain: 7 } as const;
const entryTexts = { key: 1, value: 2 } as const;
const textsIn: Partial<Record<MessageName, readonly number[]>> = {
  node: Object.values(nodeTexts),
  entry: Object.values(entryTexts),
};

/** `TensorProto.data_location`, and its value if the tensor is in another file. */
const dataLocation = { field: 14, external: 1 } as const;

// The library's own reader uses a global decoder, which a separate realm (a vm context) does not have.
const decodeText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Deeper than protobuf's own parser goes. That parser would refuse the file. */
const maxDepth = 200;
const maxTextBytes = 4_096;

/** A message that is being read. */
interface Message {
  name: MessageName;
  reader: BinaryReader;
  texts: Map<number, string>;
  /** For a tensor: whether it is in another file, and which. */
  isOutside: boolean;
  file: string | null;
}

/**
 * Searches an ONNX file for references to other files and for operators of classical machine learning. It visits every tensor of
 * initializers, attributes, subgraphs and functions. It skips the contents of tensors without copying them. It remembers its position, so
 * that a large file can be read in steps.
 */
export class GraphReader {
  /** Files that contain tensors, as the tensors name them. */
  readonly files = new Set<string>();
  /** Names of nodes that hold code compiled for a device, which may be the path of a file. */
  readonly contexts = new Set<string>();
  /** Operators of the domain `ai.onnx.ml`. */
  readonly classicalOperators = new Set<string>();
  readonly #open: Message[];

  constructor(file: Uint8Array) {
    this.#open = [begin('model', file)];
  }

  /**
   * Reads on.
   *
   * @param maxFields the most fields to read.
   * @returns whether it is finished. It is also finished if the file is not valid protobuf; the runtime's parser refuses such a file too.
   */
  read(maxFields: number): boolean {
    try {
      for (let field = 0; field < maxFields && this.#open.length > 0; field += 1) this.#readField();
    } catch {
      this.#open.length = 0;
    }
    return this.#open.length === 0;
  }

  #readField(): void {
    const message = this.#open.at(-1);
    if (message === undefined) return;
    const { name, reader } = message;
    if (reader.pos >= reader.len) {
      if (reader.pos > reader.len) throw new RangeError('the file ends within a field');
      this.#open.pop();
      this.#end(message);
      return;
    }
    const [field, type] = reader.tag();
    const child = type === WireType.LengthDelimited ? messagesIn[name][field] : undefined;
    if (child !== undefined) {
      if (this.#open.length > maxDepth) throw new RangeError('messages too deep in one another');
      this.#open.push(begin(child, reader.bytes()));
    } else if (type === WireType.LengthDelimited && textsIn[name]?.includes(field) === true) {
      message.texts.set(field, textOf(reader.bytes()));
    } else if (type === WireType.Varint) {
      const value = reader.uint32();
      if (name === 'tensor' && field === dataLocation.field && value === dataLocation.external)
        message.isOutside = true;
    } else {
      skipField(reader, type, field);
    }
  }

  #end({ name, texts, isOutside, file }: Message): void {
    if (name === 'entry') {
      const tensor = this.#open.at(-1);
      if (tensor === undefined) return;
      tensor.isOutside = true;
      if (texts.get(entryTexts.key) === 'location') tensor.file = texts.get(entryTexts.value) ?? null;
    }
    if (name === 'tensor' && isOutside) this.files.add(file ?? 'a file without a name');
    if (name === 'node') this.#endNode(texts);
  }

  #endNode(texts: Message['texts']): void {
    const operator = texts.get(nodeTexts.operator) ?? '';
    const domain = texts.get(nodeTexts.domain);
    if (domain === 'ai.onnx.ml') this.classicalOperators.add(operator);
    if (operator === 'EPContext' && domain === 'com.microsoft') this.contexts.add(texts.get(nodeTexts.name) ?? '');
  }
}

function begin(name: MessageName, bytes: Uint8Array): Message {
  return { name, reader: new BinaryReader(bytes, decodeText), texts: new Map(), isOutside: false, file: null };
}

/** Makes a copy, because the decoder does not accept shared memory. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.slice(0, maxTextBytes));
}
