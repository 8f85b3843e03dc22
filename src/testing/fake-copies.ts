import type { ModelResult } from '../api/result.js';
import type { FakeVersion } from './fake-version.js';

/** Of a sample below 1, each request lies at the next multiple of this, modulo 1: the same requests are copied in each run of a test. */
const stride = (Math.sqrt(5) - 1) / 2;

/** What shadows get of the requests. They decide as the version that answers: their answers are not in the script. */
export class FakeCopies {
  #seen = 0;

  /** @returns the shadows that have a copy of the request. */
  take(shadows: readonly FakeVersion[], request: unknown): readonly FakeVersion[] {
    if (shadows.length === 0) return shadows;
    this.#seen += 1;
    const place = (this.#seen * stride) % 1;
    return shadows.filter((version) => isTaken(version, request, place));
  }

  answered(copies: readonly FakeVersion[], { decision, fraudProbability, timing }: ModelResult): void {
    for (const { options } of copies) {
      options.shadow?.stats.recordLatency(timing.totalMs);
      options.shadow?.stats.recordPair(decision, fraudProbability, decision, fraudProbability);
    }
  }

  failed(copies: readonly FakeVersion[]): void {
    for (const { options } of copies) options.shadow?.stats.recordDropped('unpaired');
  }
}

function isTaken({ options: { shadow, check } }: FakeVersion, request: unknown, place: number): boolean {
  if (shadow === null || place >= shadow.sample) return false;
  try {
    check.read(request);
  } catch {
    // It may need features that the version that answers does not.
    shadow.stats.recordDropped('notReadable');
    return false;
  }
  shadow.stats.recordCopied();
  return true;
}
