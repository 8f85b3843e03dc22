import { nextTurn } from '../host/next-turn.js';
import { GraphReader } from './graph-reader.js';

/** Fields of the graph that are read in one turn of the event loop. They take a few milliseconds. */
const fieldsATurn = 200_000;

/** Searches an ONNX file, and gives the event loop turns in between. */
export async function readGraph(file: Uint8Array): Promise<GraphReader> {
  const reader = new GraphReader(file);
  while (!reader.read(fieldsATurn)) await nextTurn();
  return reader;
}
