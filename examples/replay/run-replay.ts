import { FraudScorer, type FraudScorerOptions } from 'fraud-scorer';
import { FeatureBuilder } from 'fraud-scorer/reference';
import { AlertLog } from './alert-log.js';
import type { Clock } from './clock.js';
import { countRows } from './count-rows.js';
import { DelayedLabels } from './delayed-labels.js';
import { deployBeside } from './deploy-beside.js';
import type { Display } from './display.js';
import { featureForm } from './feature-form.js';
import { formatRate } from './format.js';
import { servePage } from './live-page.js';
import type { ReplayOptions } from './options.js';
import { OutputFiles } from './output-files.js';
import { expectedCount, fractionDone } from './progress.js';
import { Replay } from './replay.js';
import { buildReport, type ReplayReport } from './report.js';
import { reportText } from './report-text.js';
import { settledShadows } from './settled-shadows.js';
import { shortPath } from './short-path.js';
import type { StopSignals } from './stop-signals.js';
import { TransactionSource } from './transaction-source.js';
import { describeEvent, describeRole, liveVersions } from './versions-text.js';

const DAY_MS = 86_400_000;
const UNPACED_TIMEOUT_MS = 30_000;
const DEMONSTRATION_MODEL = new URL('../../models/visa-fraud/1', import.meta.url);

/** What a replay needs besides its options. */
export interface ReplayHost {
  clock: Clock;
  display: Display;
  stop: Pick<StopSignals, 'signal' | 'name'>;
  print: (text: string) => void;
}

/**
 * Replays a file, from its first row to the report, which is printed, written to its file and returned.
 *
 * @throws UsageError, BadRowError, InputFileError and the errors of `FraudScorer.create`. Transactions that were sent until then are
 * answered, and their lines are written.
 */
export async function runReplay(options: ReplayOptions, host: ReplayHost): Promise<ReplayReport> {
  const { clock, display, stop } = host;
  await using source = await TransactionSource.open(options.input, options.skipBad);
  const { model = DEMONSTRATION_MODEL, challenger, shadow } = options;
  const builder = new FeatureBuilder({ labelDelayDays: options.labelDelay });
  const directories = [model, challenger, shadow].filter((directory) => directory !== undefined);
  const counting = countRows(options.input);
  await using scorer = await FraudScorer.create(scorerOptions(options));
  // After the scorer has checked its model, and before the other versions are loaded.
  const features = await featureForm(directories, builder);
  await using page = options.dashboard === undefined ? null : await servePage(scorer, options.dashboard);
  await deployBeside(scorer, options);
  const rows = await counting;
  await using files = await OutputFiles.open(options);

  const startedAtMs = clock.epochMs();
  const startMs = clock.now();
  const elapsedSeconds = (): number => (clock.now() - startMs) / 1_000;
  const alerts = new AlertLog(elapsedSeconds, (line) => display.note(line));
  scorer.on('alert', (alert) => alerts.raised(alert));
  scorer.on('alertCleared', (alert) => alerts.cleared(alert));
  scorer.on('deployment', (event) => display.note(describeEvent(event)));
  const labels = new DelayedLabels(options.labelDelay * DAY_MS, (outcome) => scorer.recordOutcome(outcome));
  const replay = new Replay({
    scorer,
    labels,
    clock,
    features,
    stop: stop.signal,
    output: files.lines,
    ratePerSecond: options.rate,
    hasShares: options.challenger !== undefined,
    limit: options.limit,
  });
  const show = (): void => {
    const { sent, dataTimeMs, tally } = replay;
    const skipped = source.skipped.count;
    const position = { sent, skipped, rows, limit: options.limit, ...source.bytes };
    display.show({
      elapsedSeconds: elapsedSeconds(),
      sent,
      skipped,
      failed: tally.failed,
      expected: expectedCount(position),
      fraction: fractionDone(position),
      dataTimeMs,
      summary: scorer.summary(),
    });
  };

  if (page !== null) display.note(`Live page: ${page.url}`);
  display.note(describeStart(options, scorer));
  const stopShowing = clock.every(display.periodMs, show);
  try {
    await replay.run(source);
  } finally {
    stopShowing();
  }
  const durationSeconds = elapsedSeconds();
  await settledShadows(scorer, clock);
  // Taken before the workers are gone. Everything that was sent is answered.
  const summary = scorer.summary();
  await scorer.close();
  const report = buildReport({
    input: options.input,
    stoppedBy: stop.name,
    startedAtMs,
    durationSeconds,
    ratePerSecond: options.rate,
    labelDelayDays: options.labelDelay,
    replay,
    labels,
    skipped: source.skipped,
    alerts: alerts.notes,
    summary,
  });
  display.close();
  host.print(reportText(report));
  // Written last, so that a full disk does not also prevent the report on the terminal.
  await files.lines?.close();
  await files.report?.write(report);
  return report;
}

/** Sets only what the user asked for. The SDK has its own defaults. */
function scorerOptions({ model, workers, rate }: ReplayOptions): FraudScorerOptions {
  return {
    // Set explicitly, because the scorer warns a host that names no model.
    model: model ?? DEMONSTRATION_MODEL,
    ...(workers !== undefined && { workers }),
    // With a rate, the replay acts like a service, with a service's deadline. Without one, a machine that stalls should slow it
    // down instead of making it lose transactions.
    ...(rate === undefined && { timeoutMs: UNPACED_TIMEOUT_MS }),
  };
}

function describeStart({ input, rate }: ReplayOptions, scorer: FraudScorer): string {
  const summary = scorer.summary();
  const { model, workers } = summary;
  const versions = liveVersions(summary);
  const names =
    versions.length > 1 ? `${model.name} (${versions.map(describeRole).join(', ')})` : `${model.name} ${model.version}`;
  const pace = rate === undefined ? 'as fast as it can' : `at ${formatRate(rate)}`;
  const where = `${workers.configured} workers on ${workers.provider ?? 'nothing'}`;
  return `Replaying ${shortPath(input)} with ${names}, ${where}, ${pace}. Ctrl-C stops it and reports.`;
}
