import { resolve } from 'node:path';

export default {
  mode: 'production',
  target: 'node20',
  entry: './host.mjs',
  output: { path: resolve('out'), filename: 'host.cjs' },
  externals: { piscina: 'commonjs piscina', 'onnxruntime-node': 'commonjs onnxruntime-node' },
};
