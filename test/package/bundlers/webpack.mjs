// Builds a host with webpack. Usage: node webpack.mjs HOST OUTPUT
import { basename, dirname, resolve } from 'node:path';
import webpack from 'webpack';

const [host, output] = process.argv.slice(2);
const compiler = webpack({
  mode: 'production',
  target: 'node20',
  entry: resolve(host),
  output: { path: resolve(dirname(output)), filename: basename(output) },
  // As the README says: Piscina starts a file of its own, and the runtime is native.
  externals: { piscina: 'commonjs piscina', 'onnxruntime-node': 'commonjs onnxruntime-node' },
});
compiler.run((error, stats) => {
  const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
  console.log(JSON.stringify({ error: error?.message, errors, warnings }));
  compiler.close(() => {});
});
