import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FraudScorer, FraudScorerChannels } from 'fraud-scorer';
import type { SwapPhases } from './swap-phases.js';

type BatchMessage = FraudScorerChannels['fraud-scorer:batch'];

const loopEveryMs = 1;

const channel = 'fraud-scorer:batch';

function isBatch(message: unknown): message is BatchMessage {
  return typeof message === 'object' && message !== null && 'totalMs' in message;
}

/** Tells the phases what becomes of a scorer's batches, of the event loop and of threads. @returns what ends it. */
export function watchSwaps(scorer: FraudScorer, phases: SwapPhases, now: () => number): () => void {
  let last = now();
  const timer = setInterval(() => {
    const time = now();
    // A timer of 1 ms is due after 1 to 2 ms.
    phases.record('loop', last, time, Math.max(0, time - last - loopEveryMs));
    last = time;
  }, loopEveryMs);
  const onBatch = (message: unknown): void => {
    if (!isBatch(message) || message.scorer !== scorer) return;
    const { totalMs, inferenceMs } = message;
    const time = now();
    if (inferenceMs === null) return;
    phases.record('inference', time - totalMs, time, inferenceMs);
    phases.record('round trip less inference', time - totalMs, time, totalMs - inferenceMs);
  };
  subscribe(channel, onBatch);
  const onThread = (thread: { once(event: 'online', listener: () => void): unknown }): void => {
    phases.enter('threads', now());
    thread.once('online', () => phases.enter('sessions', now()));
  };
  process.on('worker', onThread);
  const onDeployment = ({ type }: { type: string }): void => {
    if (type === 'deployed') phases.enter('replacing', now());
  };
  scorer.on('deployment', onDeployment);
  return () => {
    clearInterval(timer);
    unsubscribe(channel, onBatch);
    process.off('worker', onThread);
    scorer.off('deployment', onDeployment);
  };
}
