import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { AlertThresholds } from '../../../../src/api/alerts.js';
import { ruleNames, ruleTable, usual } from '../../../../src/monitoring/alerts/rule-table.js';
import { resolvedAlerts } from '../../../support/alerts.js';
import { projectPath } from '../../../support/paths.js';

it('docs/alerts.md lists every rule in the order of the table, with its limit, its severity and whether health() tells of it', () => {
  const text = readFileSync(projectPath('docs/alerts.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\w+)` \| .*$/gm)].map(([line, rule]) => ({
    rule,
    cells: line
      .split('|')
      .slice(1)
      .map((cell) => cell.trim()),
  }));
  expect(rows.map(({ rule }) => rule)).toEqual(ruleNames);
  const { thresholds } = resolvedAlerts();
  for (const [index, name] of ruleNames.entries()) {
    const spec = { ...usual, ...ruleTable[name] };
    const [, , limit = '', , severity, health = ''] = rows[index]?.cells ?? [];
    const [, option, value] = /^`(\w+): ([\d.]+)`$/.exec(limit) ?? [];
    if (spec.isSwitch !== true) expect(thresholds[option as keyof AlertThresholds]).toBe(Number(value));
    if (name !== 'failover') expect([name, severity]).toEqual([name, spec.severity ?? 'by value']);
    expect([name, health.startsWith('yes')]).toEqual([name, spec.affectsHealth]);
  }
});
