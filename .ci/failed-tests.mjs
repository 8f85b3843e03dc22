// node .ci/failed-tests.mjs REPORT: a line for every test that failed and the first line of why, out of the JSON report
// that Vitest wrote.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));

for (const file of testResults) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');

  for (const { fullName, failureMessages } of failed) {
    console.log(`${relative('.', file.name)}: ${fullName}: ${firstLines(failureMessages[0])}`);
  }

  if (file.status === 'failed' && failed.length === 0) {
    console.log(`${relative('.', file.name)}: ${firstLines(file.message)}`);
  }
}

function firstLines(message = '') {
  return message.split('\n').slice(0, 3).join(' ').slice(0, 500);
}
