import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { FoundTensor, GivenTensor, GraphRunReport, GraphRunResult } from '../../src/protocol/graph-run.js';
import type { RunGraphTask } from '../../src/protocol/tools.js';
import { NoProviderError, openSession } from '../providers/providers.js';
import { runtime } from '../providers/runtime.js';
import { sessionFailure } from '../providers/session-failure.js';
import { bytesOf } from '../thread/model-bytes.js';
import { fromFloat16, toFloat16 } from './float16.js';

/** Runs a graph. If the runtime refuses it, the report says so. */
export async function runGraph({ model, runs }: RunGraphTask): Promise<GraphRunReport> {
  const results: GraphRunResult[] = [];
  try {
    const { session } = await openSession(bytesOf(model), ['cpu'], 0, async () => null);
    for (const { given, outputs } of runs) {
      try {
        results.push({ found: await run(session, given, outputs) });
      } catch (error) {
        results.push({ failure: sessionFailure(error) });
      }
    }
    await session.release();
    return { refused: null, results };
  } catch (error) {
    if (!(error instanceof NoProviderError) || !error.isModelSuspect) throw error;
    return { refused: error.trials[0]?.reason ?? 'unknown', results };
  }
}

async function run(session: InferenceSession, given: GivenTensor[], outputs: string[]): Promise<FoundTensor[]> {
  const feeds = Object.fromEntries(given.map((tensor) => [tensor.name, tensorOf(tensor)]));
  const results = await session.run(feeds, outputs);
  return outputs.flatMap((name) => {
    const tensor = results[name];
    return tensor === undefined ? [] : [found(name, tensor)];
  });
}

function tensorOf({ type, dims, values }: GivenTensor): Tensor {
  const { Tensor: Values } = runtime();
  const numbers = (): number[] => values.map(Number);
  switch (type) {
    case 'string':
      return new Values('string', values.map(String), dims);
    case 'bool':
      return new Values('bool', Uint8Array.from(numbers()), dims);
    case 'float16':
      return new Values('float16', toFloat16(numbers()), dims);
    case 'float64':
      return new Values('float64', Float64Array.from(numbers()), dims);
    case 'int64':
      return new Values('int64', BigInt64Array.from(numbers(), BigInt), dims);
    case 'uint64':
      return new Values('uint64', BigUint64Array.from(numbers(), BigInt), dims);
    case 'int32':
      return new Values('int32', Int32Array.from(numbers()), dims);
    case 'uint32':
      return new Values('uint32', Uint32Array.from(numbers()), dims);
    case 'int16':
      return new Values('int16', Int16Array.from(numbers()), dims);
    case 'uint16':
      return new Values('uint16', Uint16Array.from(numbers()), dims);
    case 'int8':
      return new Values('int8', Int8Array.from(numbers()), dims);
    case 'uint8':
      return new Values('uint8', Uint8Array.from(numbers()), dims);
    default:
      return new Values('float32', Float32Array.from(numbers()), dims);
  }
}

function found(name: string, { type, dims, data }: Tensor): FoundTensor {
  if (type === 'string') return { name, type, dims: [...dims], values: null };
  const numbers = type === 'float16' ? fromFloat16(data) : Array.from(data as ArrayLike<number | bigint>, Number);
  return { name, type, dims: [...dims], values: Float64Array.from(numbers) };
}
