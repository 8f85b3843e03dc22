/**
 * The oldest that is supported, the last one that can't `require` an ES module, and the newest lines. The registry has
 * their binaries, of which those for Linux have one name through all versions.
 */
export const nodeVersions: readonly string[] = process.platform === 'linux' ? ['20.19.0', '22.11.0', '22', '24'] : [];
