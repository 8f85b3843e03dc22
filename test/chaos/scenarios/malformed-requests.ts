import fc from 'fast-check';
import type { ScoreRequest } from '../../../src/index.js';
import { untyped } from '../../support/untyped.js';
import { malformedRequests } from '../load/malformed.js';
import type { Scenario } from '../scenario.js';
import { Trial } from '../trial.js';

const perTurn = 500;

/** Whatever a host may send by mistake or malice is refused as invalid, and who is sent in the same turn is answered. */
export const malformed: Scenario = {
  name: 'malformed-requests',
  does: 'requests of every wrong shape, each with an innocent neighbour in the same batch',
  unit: 'requests',
  amount: 1_000_000,
  async run(context) {
    const trial = await Trial.start(context);
    const { scorer, ledger, rows, random } = trial;
    const turns = Math.ceil((context.amount ?? this.amount) / perTurn);
    const arbitrary = malformedRequests(rows.model.inputs);
    let turn = 0;
    const sendTurn = async (): Promise<void> => {
      const requests = fc.sample(arbitrary, { numRuns: perTurn, seed: context.seed + turn });
      turn += 1;
      const settled = requests.flatMap((request) => {
        const row = rows.draw(random);
        return [
          ledger.track('malformed', null, scorer.score(untyped<ScoreRequest>(request))),
          ledger.track('plain', row, scorer.score(row.request)),
        ];
      });
      context.onProgress(turn, turns);
      await Promise.all(settled);
    };
    await trial.load(() => turn < turns, undefined, { outstanding: 1, send: sendTurn });
    return trial.finish({ malformed: turns * perTurn });
  },
};
