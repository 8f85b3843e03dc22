import type { Provider } from '../api/provider.js';
import type { AnyFeatures, ScoreRequest } from '../api/request.js';
import {
  type ScoredFile,
  type ScoreFileOrder,
  type ScoreFileParts,
  scoreFile,
} from '../tools/score-file/score-file.js';
import { progressBar } from './progress-bar.js';

/** The options that commands score with. */
export interface ScoringOptions {
  /** The model directory. */
  model: string;
  provider?: Provider[];
  device: number;
}

/** Scores the rows of a file, shows its progress, and stops early when it is interrupted. @throws what `scoreFile` throws. */
export async function scoreRows(
  order: ScoreFileOrder,
  options: ScoringOptions,
  onScored: ScoreFileParts['onScored'],
): Promise<ScoredFile> {
  return withScorer(options, async (scoreMany, signal) => {
    const bar = progressBar(process.stderr);
    try {
      return await scoreFile(order, {
        scoreMany,
        onScored,
        onProgress: ({ bytes, totalBytes, rows }) => bar.update(bytes, totalBytes, rows),
        signal,
      });
    } finally {
      bar.stop();
    }
  });
}

/** Long, because rows wait for a slow disk and have no deadline. */
const timeoutMs = 3_600_000;

async function withScorer(
  { model, provider, device }: ScoringOptions,
  use: (scoreMany: ScoreFileParts['scoreMany'], signal: AbortSignal) => Promise<ScoredFile>,
): Promise<ScoredFile> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  // Imported late, because only this command needs it.
  const { FraudScorer } = await import('../index.js');
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await using scorer = await FraudScorer.create({
      model,
      providers: provider,
      devices: [device],
      timeoutMs,
      drift: false,
    });
    // Rows of a JSON file may hold anything. The scorer checks them, as it checks requests of untyped callers.
    return await use((requests) => scorer.scoreMany(requests as ScoreRequest<AnyFeatures>[]), abort.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
