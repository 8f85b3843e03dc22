import { describeApi } from './api.js';

const warnings = await describeApi({ write: true });
if (warnings.length > 0) {
  console.error(warnings.join('\n'));
  process.exitCode = 1;
}
