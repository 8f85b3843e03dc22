import type { FraudScorerError, FraudScorerOptions } from '../../../src/index.js';
import { inject } from '../faults/inject.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

const fail = (): never => {
  throw new Error('of the host');
};

/** Everything that a host plugs in throws, or rejects later; the requests do not notice. */
export const throwingListeners: Scenario = {
  name: 'throwing-listeners',
  does: "the host's listeners, logger and fallback throw or reject, all of the time",
  unit: 'requests',
  amount: 500_000,
  async run(context) {
    const requests = context.amount ?? this.amount;
    const refused: FraudScorerError['code'][] = [];
    const options: FraudScorerOptions = {
      logger: { info: fail, warn: fail, error: fail },
      fallback: (_, { code }) => {
        if (refused.length < 10) refused.push(code);
        return fail();
      },
      alerts: { maxLatencyMs: 0.001 },
    };
    const trial = await Trial.start(context, { scorer: options, shares: { impatient: 0.05, cancelled: 0.05 } });
    let decisions = 0;
    for (const event of ['alert', 'alertCleared', 'workerLost', 'decision'] as const) {
      trial.scorer.on(event, fail);
      trial.scorer.on(event, async () => fail());
    }
    trial.scorer.on('decision', () => {
      decisions += 1;
    });
    await trial.load(trial.upTo(requests), () => inject(trial, { kinds: ['slow'], every: requests / 50 }));
    // A request that was settled twice would have been told of twice.
    const { answered } = trial.ledger;
    if (decisions !== answered) trial.problems.push(`${decisions} decision events for ${answered} answers`);
    if (refused.some((code) => code === 'ERR_ABORTED'))
      trial.problems.push('the fallback was asked for an aborted request');
    return trial.finish({ 'decision events': decisions });
  },
};
