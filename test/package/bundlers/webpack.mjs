// Builds a host with webpack. Usage: node webpack.mjs HOST OUTPUT [EXTERNALS]
import { basename, dirname, resolve } from 'node:path';
import webpack from 'webpack';

// As docs/bundlers.md says: Piscina starts a file of its own, and the runtime is native.
const asDocumented = '{"piscina":"commonjs piscina","onnxruntime-node":"commonjs onnxruntime-node"}';
const [host, output, externals = asDocumented] = process.argv.slice(2);
const compiler = webpack({
  mode: 'production',
  target: 'node20',
  entry: resolve(host),
  output: { path: resolve(dirname(output)), filename: basename(output) },
  externals: JSON.parse(externals),
});
compiler.run((error, stats) => {
  const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
  console.log(JSON.stringify({ error: error?.message, errors, warnings }));
  compiler.close(() => {});
});
