export default {
  build: {
    ssr: 'host.mjs',
    outDir: 'out',
    target: 'node20',
    rollupOptions: { output: { entryFileNames: '[name].mjs' } },
  },
};
