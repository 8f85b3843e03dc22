export default {
  output: 'standalone',
  // Loaded from node_modules: its workers run from files of their own.
  serverExternalPackages: ['fraud-scorer'],
  // Only the workers load the runtime, and Turbopack does not look into them.
  outputFileTracingIncludes: { '/*': ['./node_modules/onnxruntime-{node,common}/**'] },
};
