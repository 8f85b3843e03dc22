import { describe, expect, it } from 'vitest';
import { profileModel } from '../../src/index.js';
import { checkModel } from '../../src/tools/check-model.js';
import { fixtureModel } from '../support/paths.js';

const reason = 'the runtime has no cuda kernel for TreeEnsembleClassifier of the graph: the CPU runs this model';
const general = expect.stringContaining('shape arithmetic');

describe('a forest, for which CUDA has no kernels', () => {
  it('is noted by the check of that provider as create says it', async () => {
    const { notes } = await checkModel(fixtureModel('trees'), { providers: ['cuda', 'cpu'] });
    expect(notes).toContain(`cuda: ${reason}`);
    expect(notes).not.toContainEqual(general);
    expect((await checkModel(fixtureModel('trees'))).notes).not.toContainEqual(expect.stringContaining('kernel'));
    const network = await checkModel(fixtureModel('linear'), { providers: ['cuda'] });
    expect(network.notes).not.toContainEqual(expect.stringContaining('kernel'));
  });

  it('is not followed by advice to install CUDA where that does not work', async () => {
    const { problems, providers } = await checkModel(fixtureModel('trees'), { providers: ['cuda'] });
    const problem = {
      part: 'run',
      message: 'cuda: it does not work here, and this model would not use it (see the note)',
    };
    expect(problems).toEqual(providers[0]?.reason === null ? [] : [problem]);
  });

  it('is not profiled on that provider beside the CPU, and else noted', async () => {
    const order = { batchSizes: [1], runs: 1 };
    const both = await profileModel(fixtureModel('trees'), { ...order, providers: ['cuda', 'cpu'] });
    expect(both.unavailable).toEqual([{ provider: 'cuda', sessions: 1, reason }]);
    expect(both.entries).toMatchObject([{ provider: 'cpu' }]);
    const alone = await profileModel(fixtureModel('trees'), { ...order, providers: ['cuda'], sessions: [1] });
    expect(alone.notes).toEqual([`cuda: ${reason}`]);
  });
});
