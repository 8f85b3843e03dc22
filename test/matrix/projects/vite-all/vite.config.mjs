export default {
  ssr: { noExternal: true, external: ['piscina', 'onnxruntime-node'] },
  build: {
    ssr: 'host.mjs',
    outDir: 'out',
    target: 'node20',
    rollupOptions: { output: { entryFileNames: '[name].mjs' } },
  },
};
