// node build.mjs express|fastify module|commonjs
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';

const [adapter, type] = process.argv.slice(2);
copyFileSync(`adapter-${adapter}.ts`, 'adapter.ts');
writeFileSync('package.json', JSON.stringify({ ...JSON.parse(readFileSync('package.json', 'utf8')), type }));
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc'], { stdio: 'inherit' });
