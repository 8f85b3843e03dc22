#!/usr/bin/env node
import { exitCodes } from './output.js';
import { runCli } from './run-cli.js';
import { streamOutput } from './stream-output.js';

let isUnwritten = false;
const output = streamOutput(process.stdout, process.stderr, () => {
  isUnwritten = true;
  process.exitCode = exitCodes.unwritten;
});
const code = await runCli(process.argv.slice(2), output);
// Not `process.exit`: what was written to a pipe may still be on its way.
process.exitCode = isUnwritten ? exitCodes.unwritten : code;
