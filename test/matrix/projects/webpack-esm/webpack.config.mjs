import { resolve } from 'node:path';

export default {
  mode: 'production',
  target: 'node20',
  entry: './host.mjs',
  experiments: { outputModule: true },
  output: { path: resolve('out'), filename: 'host.mjs', module: true },
  externals: { piscina: 'module piscina', 'onnxruntime-node': 'module onnxruntime-node' },
};
