import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphReader } from '../../../src/models/graph-reader.js';
import { fixtureModel } from '../../support/paths.js';

/** A message of fields that hold messages or texts. */
function message(...fields: [number: number, content: Uint8Array | string][]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, content] of fields) {
    writer.tag(number, WireType.LengthDelimited);
    if (typeof content === 'string') writer.string(content);
    else writer.bytes(content);
  }
  return writer.finish();
}

const location = message([1, 'location'], [2, 'weights.bin']);

/** `TensorProto.data_location = EXTERNAL`, as bytes that can be put behind a tensor's other fields. */
const external = new BinaryWriter().tag(14, WireType.Varint).int32(1).finish();

const tensor = Buffer.concat([message([8, 'w'], [13, location]), external]);

function read(file: Uint8Array): GraphReader {
  const reader = new GraphReader(file);
  // A field has a byte at least.
  expect(reader.read(file.length * 3 + 10)).toBe(true);
  return reader;
}

function node(attribute: Uint8Array): Uint8Array {
  return message([5, attribute]);
}

function nested(depth: number, graph: Uint8Array): Uint8Array {
  return depth === 0 ? graph : nested(depth - 1, message([1, node(message([6, graph]))]));
}

const graphWithTensor = message([5, tensor]);

describe('GraphReader', () => {
  it.each<[string, Uint8Array]>([
    ['an initializer', message([7, graphWithTensor])],
    ['the values of a sparse initializer', message([7, message([15, message([1, tensor])])])],
    ['the indices of a sparse initializer', message([7, message([15, message([2, tensor])])])],
    ["a node's attribute", message([7, message([1, node(message([5, tensor]))])])],
    ["a list of tensors in a node's attribute", message([7, message([1, node(message([10, tensor]))])])],
    ["a sparse tensor of a node's attribute", message([7, message([1, node(message([22, message([1, tensor])]))])])],
    ['a list of sparse tensors', message([7, message([1, node(message([23, message([2, tensor])]))])])],
    ['a subgraph', message([7, nested(1, graphWithTensor)])],
    ['a list of subgraphs', message([7, message([1, node(message([11, graphWithTensor]))])])],
    ['a subgraph thirty deep', message([7, nested(30, graphWithTensor)])],
    ['a node of a function', message([25, message([7, node(message([5, tensor]))])])],
    ["the default of a function's attribute", message([25, message([11, message([5, tensor])])])],
    ['the initialization of a training', message([20, message([1, graphWithTensor])])],
    ['the algorithm of a training', message([20, message([2, graphWithTensor])])],
  ])('finds the file of a tensor in %s', (_, file) => {
    expect([...read(file).files]).toEqual(['weights.bin']);
  });

  it('finds a file that is named without saying that the tensor lies there, and the reverse', () => {
    expect([...read(message([7, message([5, message([13, location])])])).files]).toEqual(['weights.bin']);
    expect([...read(message([7, message([5, external])])).files]).toEqual(['a file without a name']);
  });

  it('names each file once', () => {
    const other = message([13, message([1, 'location'], [2, '../other'])], [13, message([1, 'offset'], [2, '8'])]);
    const file = message([7, message([5, tensor], [5, tensor], [5, other])]);
    expect([...read(file).files]).toEqual(['weights.bin', '../other']);
  });

  it('finds no file in models that hold their tensors, and reads all of each', () => {
    for (const name of ['linear', 'sqrt', 'disagreeing', 'static-int8'] as const) {
      expect([...read(readFileSync(join(fixtureModel(name), 'model.onnx'))).files]).toEqual([]);
    }
  });

  it('finds what onnx itself writes', () => {
    for (const name of ['outside', 'outside-branch'] as const) {
      expect([...read(readFileSync(join(fixtureModel(name), 'model.onnx'))).files]).toEqual(['weights.bin']);
    }
    expect([...read(readFileSync(join(fixtureModel('compiled'), 'model.onnx'))).contexts]).toEqual(['engine']);
  });

  it('takes an operator called EPContext of another domain for what it is', () => {
    const own = message([3, 'mine'], [4, 'EPContext'], [7, 'com.example']);
    expect([...read(message([7, message([1, own])])).contexts]).toEqual([]);
  });

  it('goes on where it stopped, however few fields it may read at a time', () => {
    const reader = new GraphReader(message([7, nested(5, graphWithTensor)]));
    let turns = 1;
    while (!reader.read(1)) turns += 1;
    expect(turns).toBeGreaterThan(20);
    expect([...reader.files]).toEqual(['weights.bin']);
  });

  it('comes to an end with any bytes, and throws for none', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void read(bytes)));
    const whole = readFileSync(join(fixtureModel('outside-branch'), 'model.onnx'));
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.nat(whole.length), fc.array(change, { maxLength: 5 }), (length, changes) => {
        const bytes = Uint8Array.from(whole);
        for (const { at, byte } of changes) bytes[at] = byte;
        read(bytes.subarray(0, length));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives up on messages that are deeper in one another than the runtime reads', () => {
    expect([...read(message([7, nested(500, graphWithTensor)])).files]).toEqual([]);
  });

  it('does not copy the contents of tensors', () => {
    const raw = new Uint8Array(64 * 2 ** 20);
    const file = message([7, message([5, message([9, raw])])]);
    const before = process.memoryUsage().arrayBuffers;
    read(file);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });
});
