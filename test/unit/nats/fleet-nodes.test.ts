import { describe, expect, it } from 'vitest';
import { FleetNodes } from '../../../src/integrations/nats/remote/fleet-nodes.js';
import { layoutText, packedLayoutOf } from '../../../src/integrations/nats/wire/layout.js';

const layout = packedLayoutOf([{ name: 'x', size: 2 }]);
const other = packedLayoutOf([{ name: 'y', size: 2 }]);

function nodesWith(...layouts: (typeof layout)[]): FleetNodes {
  const nodes = new FleetNodes('fraud.score');
  for (const [index, each] of layouts.entries()) {
    const metadata = { subject: 'fraud.score', node: `fraud.score.node.n${index}`, layout: layoutText(each) };
    const found = nodes.learn(new TextEncoder().encode(JSON.stringify({ id: `n${index}`, metadata })), 0);
    expect(found).not.toBeNull();
  }
  return nodes;
}

describe('the layout in which requests are packed', () => {
  it('is that of all nodes', () => {
    expect(nodesWith(layout, layout).layout).toEqual(layout);
  });

  it('is none where nodes differ, or one takes other types, because packed values are rounded', () => {
    expect(nodesWith(layout, other).layout).toBeNull();
    expect(nodesWith(layout, null).layout).toBeNull();
    expect(nodesWith(null, layout, layout).layout).toBeNull();
    expect(nodesWith().layout).toBeNull();
  });
});
