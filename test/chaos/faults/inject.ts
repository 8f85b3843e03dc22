import type { Trial } from '../trial.js';
import { deadlyFaults, type FaultKind } from './fault-board.js';

/** `killing`: a row that ends every worker that runs it. */
type Harm = FaultKind | 'killing';

const deadly: readonly Harm[] = [...deadlyFaults, 'killing'];

export interface InjectOptions {
  kinds: readonly Harm[];
  /** Requests that settle between one fault and the next, about. */
  every: number;
  /** Resolves when nothing is left that the fault before may have hit; what two faults hit may fail. @default at once */
  recovered?: () => Promise<unknown>;
}

/**
 * One fault after the other, each for the next batch of whichever worker, until the load is over. A worker is ended only when all are
 * there: a request that twice happened to be in the hands of a dying worker could not be told from a poisonous one.
 */
export async function inject(trial: Trial, { kinds, every, recovered = async () => {} }: InjectOptions): Promise<void> {
  const { settled } = trial.ledger;
  while (!settled.isOver) {
    await settled.after(Math.ceil(every * trial.random.between(0.5, 1.5)));
    const kind = kinds[trial.random.index(kinds.length)];
    if (kind === undefined) return;
    await recovered();
    if (deadly.includes(kind)) await trial.recovered();
    if (settled.isOver) return;
    if (kind === 'killing') await trial.sendMarked(kind);
    else await strike(trial, kind);
  }
}

/** Resolves when a batch has had it, or the load is over. */
async function strike({ board, ledger: { settled } }: Trial, kind: FaultKind): Promise<void> {
  const before = board.fired(kind);
  board.add(kind);
  while (!settled.isOver && board.fired(kind) === before) await settled.after(64);
}
