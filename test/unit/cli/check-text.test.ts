import { describe, expect, it } from 'vitest';
import { checkText } from '../../../src/cli/check-text.js';

describe('the text of a check', () => {
  it('says that the CPU does the work of a GPU that has no kernels for the graph', () => {
    const provider = { reason: null, note: null, cases: 0, largestDifference: null, deviceMemoryGb: null };
    const text = checkText({
      directory: '/models/trees',
      model: { name: 'trees', version: '1' },
      problems: [],
      notes: [],
      providers: [
        { ...provider, provider: 'cuda', isLeftToCpu: true },
        { ...provider, provider: 'cpu', isLeftToCpu: false },
      ],
    });
    expect(text).toMatch(/cuda\s+│ on the CPU/);
    expect(text).toMatch(/cpu\s+│ yes/);
  });
});
