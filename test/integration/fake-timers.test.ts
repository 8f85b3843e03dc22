import { describe, expect, it } from 'vitest';
import { projectPath } from '../support/paths.js';
import { runHost } from '../support/run-host.js';

const modelOf = JSON.stringify(projectPath('models/visa-fraud/1'));

/** A host's test that installs fake timers, all that Sinon (and so Jest and Vitest) can fake, around a scorer of the given build. */
function fakingHost(file: string): string {
  return `
    import { readFileSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const require = createRequire(${JSON.stringify(projectPath('package.json'))});
    const FakeTimers = require('@sinonjs/fake-timers');
    const built = ${JSON.stringify(projectPath(file))};
    const { FraudScorer: Scorer } = built.endsWith('.cjs') ? require(built) : await import(built);
    const [{ features }] = JSON.parse(readFileSync(${modelOf} + '/cases.json', 'utf8'));
    // The process ends, with the test failed, where an answer never comes.
    const real = { setTimeout, process };
    const watch = real.setTimeout(() => { console.log('never settled'); real.process.exit(3); }, 20_000);
    const options = { model: ${modelOf}, providers: ['cpu'], workers: 1, explain: true };
    const before = await Scorer.create(options);
    const clock = FakeTimers.install();
    const during = await Scorer.create(options);
    const seen = [];
    for (const scorer of [before, during]) {
      seen.push((await scorer.score({ features })).source);
      seen.push((await scorer.score({ features }, { explain: true })).reasons.length > 0);
      seen.push((await scorer.score({ features }, { explain: true })).reasons.length > 0);
      // More than the workers answer in a millisecond: some meet their deadline.
      const many = Array.from({ length: 5_000 }, () => scorer.score({ features }, { timeoutMs: 1 }));
      seen.push((await Promise.allSettled(many)).some(({ reason }) => reason?.code === 'ERR_DEADLINE_EXCEEDED'));
    }
    clock.uninstall();
    for (const scorer of [before, during]) {
      seen.push((await scorer.score({ features })).reasons.length > 0);
      await scorer.close();
    }
    clearTimeout(watch);
    console.log(JSON.stringify(seen));
  `;
}

describe('a scorer whose host installs fake timers', () => {
  it.each(['dist/index.js', 'dist/index.cjs'])('answers before, meanwhile and afterwards (%s)', async (file) => {
    const { code, output } = await runHost(fakingHost(file));
    const answers = ['model', true, true, true];
    expect({ code, seen: JSON.parse(output) }).toEqual({ code: 0, seen: [...answers, ...answers, true, true] });
  });
});
