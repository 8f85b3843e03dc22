// Copies a host and the files that @vercel/nft finds it needs, as Next.js does for `output: 'standalone'`. Usage: node trace.mjs HOST FOLDER
import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { nodeFileTrace } from '@vercel/nft';

const [host, folder] = process.argv.slice(2);
const { fileList } = await nodeFileTrace([host]);
for (const file of fileList) {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await cp(file, join(folder, file), { dereference: false });
}
console.log(JSON.stringify([...fileList]));
