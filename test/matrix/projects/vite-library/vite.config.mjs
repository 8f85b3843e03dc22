export default {
  build: {
    lib: { entry: 'host.mjs', formats: ['es'], fileName: () => 'host.mjs' },
    outDir: 'out',
    target: 'node20',
    rollupOptions: { external: [/^fraud-scorer/, /^node:/] },
  },
};
