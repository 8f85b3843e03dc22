// Checks a replay's report and output against the transactions themselves, with arithmetic of its own.
// Usage: node .ci/check-replay.mjs TRANSACTIONS.csv.gz REPORT.json OUTPUT.ndjson
import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

const [transactionsFile, reportFile, outputFile] = process.argv.slice(2);
const report = JSON.parse(await readFile(reportFile, 'utf8'));
const labels = await readLabels(transactionsFile);
const scored = await readScored(outputFile, labels);

assert.equal(scored.length, labels.size, 'every transaction occurs in the output');
assert.equal(report.rows.scored, labels.size, 'the report counts every transaction as scored');
assert.deepEqual(report.decisions, countDecisions(scored), 'the report counts the decisions that the output has');
const { rocAuc, averagePrecision, fraudShare } = quality(scored);
close(report.quality.rocAuc, rocAuc, 'area under ROC');
close(report.quality.averagePrecision, averagePrecision, 'average precision');
close(report.quality.fraudShare, fraudShare, 'share of fraud');
assert.ok(rocAuc >= 0.75, `area under ROC is ${rocAuc}, at least 0.75 expected`);
assert.ok(
  averagePrecision >= 10 * fraudShare,
  `average precision is ${averagePrecision}, share of fraud ${fraudShare}`,
);
console.log(
  `${scored.length} transactions, each once; area under ROC ${rocAuc.toFixed(4)}, average precision ` +
    `${averagePrecision.toFixed(4)} (${(averagePrecision / fraudShare).toFixed(1)} × the share of fraud)`,
);

/** @returns {Promise<Map<string, boolean>>} whether each transaction, by its id, is fraud */
async function readLabels(file) {
  const labels = new Map();
  let columns;
  for await (const line of linesOf(createReadStream(file).pipe(createGunzip()))) {
    const cells = line.split(',');
    if (columns === undefined) columns = cells;
    else labels.set(cells[columns.indexOf('transaction_id')], cells[columns.indexOf('is_fraud')] === '1');
  }
  return labels;
}

/** The answers with their labels. @throws where an id occurs twice or is none of the transactions' */
async function readScored(file, labels) {
  const seen = new Set();
  const scored = [];
  for await (const line of linesOf(createReadStream(file))) {
    const { id, decision, probability, risk, level } = JSON.parse(line);
    assert.ok(labels.has(id), `${id} is one of the transactions`);
    assert.ok(!seen.has(id), `${id} occurs once`);
    assert.ok(inUnit(probability) && inUnit(risk), `${id} has scores in [0, 1]`);
    assert.ok(['LOW', 'MEDIUM', 'HIGH'].includes(level), `${id} has a level`);
    seen.add(id);
    scored.push({ decision, probability, isFraud: labels.get(id) });
  }
  return scored;
}

function countDecisions(scored) {
  const counts = { APPROVE: 0, REVIEW: 0, BLOCK: 0 };
  for (const { decision } of scored) counts[decision] += 1;
  return counts;
}

/** From the highest score down; those of one score are taken together. */
function quality(scored) {
  const ranked = [...scored].sort((a, b) => b.probability - a.probability);
  const frauds = ranked.filter(({ isFraud }) => isFraud).length;
  const others = ranked.length - frauds;
  let [found, raised, area, precisions] = [0, 0, 0, 0];
  for (let start = 0; start < ranked.length; ) {
    let end = start;
    let here = 0;
    for (; end < ranked.length && ranked[end].probability === ranked[start].probability; end += 1) {
      here += Number(ranked[end].isFraud);
    }
    area += (end - start - here) * (found + here / 2);
    found += here;
    raised = end;
    precisions += here * (found / raised);
    start = end;
  }
  return { rocAuc: area / frauds / others, averagePrecision: precisions / frauds, fraudShare: frauds / ranked.length };
}

function close(actual, expected, what) {
  assert.ok(Math.abs(actual - expected) < 1e-6, `the report's ${what} is ${actual}, ${expected} expected`);
}

function inUnit(value) {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function linesOf(input) {
  return createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}
