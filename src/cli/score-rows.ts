import type { Provider } from '../api/provider.js';
import type { AnyFeatures, ScoreRequest } from '../api/request.js';
import {
  type ScoredFile,
  type ScoreFileOrder,
  type ScoreFileParts,
  scoreFile,
} from '../tools/score-file/score-file.js';
import { progressBar } from './progress-bar.js';

/** What a command scores with. */
export interface ScoringOptions {
  /** The model directory. */
  model: string;
  provider?: Provider[];
  device: number;
}

/** Scores the rows of a file, shows how far it is, and ends early where it is interrupted. @throws as `scoreFile` does. */
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

/** Rows wait for a slow disk, and not for a deadline. */
const timeoutMs = 3_600_000;

async function withScorer(
  { model, provider, device }: ScoringOptions,
  use: (scoreMany: ScoreFileParts['scoreMany'], signal: AbortSignal) => Promise<ScoredFile>,
): Promise<ScoredFile> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  // Loaded for this command alone.
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
    // Rows of a JSON file may hold anything: the scorer checks them, as it checks those of callers without types.
    return await use((requests) => scorer.scoreMany(requests as ScoreRequest<AnyFeatures>[]), abort.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
