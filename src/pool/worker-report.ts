import type { FailedReport, ReadyReport, WorkerReport } from '../protocol/serving.js';

/**
 * Whether a worker's message is a complete report. The worker's entry may be the host's own and may post anything, so every field is
 * checked.
 */
export function isWorkerReport(message: unknown): message is WorkerReport {
  if (!isFields(message) || typeof message.threadId !== 'number') return false;
  if (message.kind === 'ready') return isReady(message);
  return message.kind === 'failed' && isFailed(message);
}

type Fields<T> = { readonly [field in keyof T]?: unknown };

function isReady({ provider, trials, graph, attentionWidth, rawWidth }: Fields<ReadyReport>): boolean {
  const hasWidths = typeof attentionWidth === 'number' && (rawWidth === undefined || typeof rawWidth === 'number');
  return isProvider(provider) && isListOf(trials, isTrial) && isGraph(graph) && hasWidths;
}

function isFailed({ code, message, isModelSuspect, graph }: Fields<FailedReport>): boolean {
  if (typeof code !== 'string' || typeof message !== 'string' || typeof isModelSuspect !== 'boolean') return false;
  return graph === null || isGraph(graph);
}

function isProvider(value: unknown): boolean {
  return value === 'cpu' || value === 'cuda' || value === 'tensorrt';
}

function isTrial(value: unknown): boolean {
  return isFields(value) && isProvider(value.provider) && (value.reason === null || typeof value.reason === 'string');
}

function isGraph(value: unknown): boolean {
  return isFields(value) && isListOf(value.inputs, isGraphValue) && isListOf(value.outputs, isGraphValue);
}

function isGraphValue(value: unknown): boolean {
  return (
    isFields(value) && typeof value.name === 'string' && typeof value.type === 'string' && Array.isArray(value.shape)
  );
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
