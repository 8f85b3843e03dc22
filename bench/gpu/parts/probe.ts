import { openModelDirectory } from '../../../src/models/model-directory.js';
import { openScorer } from '../open-scorer.js';
import { openSession } from '../open-session.js';
import type { GpuSettings } from '../settings.js';
import type { PartContext, RunPart } from './part.js';

/** Whether the provider works at all; whether it runs the whole graph is noted. */
export const probe: RunPart = async (context) => {
  const { settings, report } = context;
  const { provider } = settings;
  const failure = await failureOf(context);
  const works = failure === null;
  report.check({
    ...{ what: `the ${provider} provider scores`, asked: 'yes', isMust: true },
    ...{ seen: works ? 'yes' : failure, met: works },
  });
  if (!works || provider === 'cpu') return;
  const elsewhere = await cpuNodes(settings);
  report.note(
    elsewhere === null
      ? 'Every node of the served graph is on the device.'
      : `Not every node of the served graph is on the device; shape arithmetic the runtime prefers on the CPU. It says: ${elsewhere}`,
  );
};

async function failureOf({ settings, report }: PartContext): Promise<string | null> {
  try {
    const start = performance.now();
    const scorer = await openScorer(settings, { workers: 1 });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const { provider, providers } = scorer.summary().workers;
    await scorer.close();
    report.note(`The first session took ${seconds} s to open and warm up.`);
    if (provider === settings.provider) return null;
    return `${String(provider)} was used: ${providers.map(({ reason }) => reason ?? '').join('; ')}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Why the graph could not be placed on the device whole; null where it could. */
async function cpuNodes({ provider, device, model }: GpuSettings): Promise<string | null> {
  try {
    const { modelPath } = await openModelDirectory(model);
    const session = await openSession(modelPath, { provider, device, isWhole: true });
    await session.release();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
