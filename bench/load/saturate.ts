import type { FraudScorer } from 'fraud-scorer';
import { closedLoop } from './closed-loop.js';
import type { ReferenceRequests } from './reference-requests.js';

/** Keeps something saturated for so many milliseconds. @returns rows a second. */
export type Saturate = (durationMs: number) => Promise<number>;

/** Calls of `scoreMany` or `scoreColumns` in flight: one is answered while the other is read. */
const callsInFlight = 2;

/** `score()`, with so many requests outstanding. */
export function saturateScore(
  scorer: Pick<FraudScorer, 'score'>,
  requests: ReferenceRequests,
  outstanding: number,
): Saturate {
  const call = (index: number): Promise<unknown> => scorer.score(requests.at(index));
  return (durationMs) => closedLoop({ callers: outstanding, durationMs, call });
}

/** `scoreMany`, with two lists in flight that share the outstanding requests. */
export function saturateMany(
  scorer: Pick<FraudScorer, 'scoreMany'>,
  requests: ReferenceRequests,
  outstanding: number,
): Saturate {
  const rowsPerCall = outstanding / callsInFlight;
  const lists = Array.from({ length: callsInFlight }, (_, list) => {
    return requests.all.slice(list * rowsPerCall, (list + 1) * rowsPerCall);
  });
  const call = async (index: number): Promise<void> => {
    const outcomes = await scorer.scoreMany(lists[index % callsInFlight] ?? []);
    if (outcomes.some(({ status }) => status === 'rejected')) throw new Error('scoreMany: a request was rejected');
  };
  return (durationMs) => closedLoop({ callers: callsInFlight, durationMs, rowsPerCall, call });
}

/** `scoreColumns`, with two calls of so many rows in flight. */
export function saturateColumns(
  scorer: Pick<FraudScorer, 'scoreColumns'>,
  requests: ReferenceRequests,
  rowsPerCall: number,
): Saturate {
  const columns = requests.columns(rowsPerCall);
  const call = (): Promise<unknown> => scorer.scoreColumns(columns, rowsPerCall);
  return (durationMs) => closedLoop({ callers: callsInFlight, durationMs, rowsPerCall, call });
}
