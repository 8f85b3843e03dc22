#!/usr/bin/env node
import { runCli } from './run-cli.js';
import { processOutput } from './stream-output.js';

// Not `process.exit`: text may still be on its way to a pipe.
process.exitCode = await runCli(process.argv.slice(2), processOutput());
