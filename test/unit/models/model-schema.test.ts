import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src/models/manifest.js';
import { IssueList } from '../../../src/validation/issues.js';
import { projectPath } from '../../support/paths.js';

function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(projectPath(path), 'utf8'));
}

const validate = new Ajv2020({ strictTypes: true }).compile(readJson('models/model.schema.json'));
const golden = readJson('test/fixtures/golden/model.json');

describe('the JSON Schema of model.json', () => {
  it('accepts every manifest in this project', () => {
    const fixtures = readdirSync(projectPath('test/fixtures/models'), { withFileTypes: true });
    const paths = fixtures.filter((entry) => entry.isDirectory()).map(({ name }) => `test/fixtures/models/${name}`);
    for (const path of ['test/fixtures/golden', 'models/visa-fraud/1', ...paths]) {
      validate(readJson(`${path}/model.json`));
      expect(validate.errors, path).toBeNull();
    }
  });

  it('agrees with the reader on any manifest with one field changed, but for what a schema cannot say', () => {
    const field = fc.constantFrom(...Object.keys(golden));
    const name = fc.constantFrom('', '.', '..', '__proto__', 'a/b', 'model.onnx', 'x'.repeat(64), 'a'.repeat(64));
    const threshold = fc.record({ blockRisk: fc.double({ min: -1, max: 2, noNaN: true }) });
    const outputs = fc.dictionary(
      fc.constantFrom('logits', 'logit', 'probability', 'probabilities', 'score', 'riskScore', 'attention', 'other'),
      name,
    );
    const value = fc.oneof(fc.jsonValue(), name, threshold, outputs);
    fc.assert(
      fc.property(field, value, (changed, content) => {
        // Repeated names and lists whose length is not `size` are for the reader alone.
        const manifest = { ...golden, [changed]: content };
        const isRead = readManifest(manifest, new IssueList()) !== null;
        expect(validate(manifest)).toBe(isRead);
      }),
      { numRuns: 3_000 },
    );
  });
});
