import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicy } from '../../../src/answering/policy.js';
import type { DecisionPolicy } from '../../../src/api/policy.js';
import { PolicyLayers } from '../../../src/deployments/policy-layers.js';

const names = Object.keys(defaultPolicy) as (keyof DecisionPolicy)[];
const threshold = fc.double({ min: 0, max: 1, noNaN: true });
const patch = fc.dictionary(fc.constantFrom(...names), threshold) as fc.Arbitrary<Partial<DecisionPolicy>>;

describe('PolicyLayers', () => {
  it("takes each threshold from the host's last word, else from the manifest, else from the defaults, as float32", () => {
    fc.assert(
      fc.property(patch, patch, fc.array(patch), (manifest, host, patches) => {
        const layers = new PolicyLayers(manifest, host);
        for (const each of patches) layers.patch(each);
        for (const name of names) {
          const said = [host, ...patches].map((layer) => layer[name]).filter((value) => value !== undefined);
          expect(layers.rounded[name]).toBe(Math.fround(said.at(-1) ?? manifest[name] ?? defaultPolicy[name]));
        }
      }),
    );
  });

  it('forgets what the host has said when all of it is replaced, and names what has changed', () => {
    const notes: string[] = [];
    const layers = new PolicyLayers({ highRisk: 0.6 }, { blockProbability: 0.75, highRisk: 0.5 }, (note) =>
      notes.push(note),
    );
    expect(layers.replace({ blockProbability: 0.75, reviewRisk: 0.25 })).toEqual(['reviewRisk', 'highRisk']);
    expect(layers.rounded).toMatchObject({ blockProbability: 0.75, reviewRisk: 0.25, highRisk: Math.fround(0.6) });
    expect(layers.replace({ reviewRisk: 0.25, blockProbability: 0.75 })).toEqual([]);
    expect(notes).toEqual([]);
    layers.replace({ reviewRisk: 1 });
    expect(notes).toHaveLength(1);
  });

  it("keeps one version's thresholds apart from another's", () => {
    const manifest = { blockProbability: 0.75 };
    const [first, second] = [new PolicyLayers(manifest, {}), new PolicyLayers(manifest, {})];
    first.patch({ blockProbability: 0.5 });
    expect([first.rounded.blockProbability, second.rounded.blockProbability]).toEqual([0.5, 0.75]);
    expect(manifest).toEqual({ blockProbability: 0.75 });
  });
});
