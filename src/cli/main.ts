#!/usr/bin/env node
import { runCli } from './run-cli.js';
import { processOutput } from './stream-output.js';

// Not `process.exit`: what was written to a pipe may still be on its way.
process.exitCode = await runCli(process.argv.slice(2), processOutput());
