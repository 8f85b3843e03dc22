import { nextTurn } from '../host/next-turn.js';
import { GraphReader } from './graph-reader.js';

/** Fields of the graph that are looked at in one turn of the event loop: a few milliseconds. */
const fieldsATurn = 200_000;

/** Looks through an ONNX file, with other work of the event loop in between. */
export async function readGraph(file: Uint8Array): Promise<GraphReader> {
  const reader = new GraphReader(file);
  while (!reader.read(fieldsATurn)) await nextTurn();
  return reader;
}
