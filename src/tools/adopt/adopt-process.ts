import { FraudScorerError, ModelInvalidError } from '../../errors.js';
import { adoptFile } from './adopt-file.js';
import type { AdoptMessage, AdoptOrder } from './order.js';

// The process that `adoptModel` starts. A damaged graph can only crash the runtime or a parser in this process.

process.once('message', (order: AdoptOrder) => {
  void adopt(order).then((message) => say(message, () => process.disconnect()));
});
say({ kind: 'ready' });
// The parent process is gone.
process.once('disconnect', () => process.exit());

async function adopt(order: AdoptOrder): Promise<AdoptMessage> {
  try {
    return { kind: 'done', adoption: await adoptFile(order, (step) => say({ kind: 'step', step })) };
  } catch (error) {
    if (!(error instanceof FraudScorerError))
      return { kind: 'defect', message: String(error instanceof Error ? error.stack : error) };
    const issues = error instanceof ModelInvalidError ? error.issues : [];
    return { kind: 'refused', code: error.code, message: error.message, issues };
  }
}

function say(message: AdoptMessage, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then);
}
