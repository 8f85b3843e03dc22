import { readParts } from '../read-parts.js';
import { RecordedVersions } from '../recorded-version.js';
import type { SourceFile } from '../source-files.js';

export interface Label {
  isFraud: boolean;
  amount: number | null;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Labels by the id as it is written: the latest one counts, whichever process wrote it. */
export interface Labels {
  byId: ReadonlyMap<string, Label>;
  /** Whose id is removed by the mask: they belong to no decision. */
  withoutId: number;
}

/** Reads the labels of files, which may stand long after their decisions. @throws {Error} where a file can't be read. */
export async function readLabels(files: readonly SourceFile[], onBytes: (bytes: number) => void): Promise<Labels> {
  const byId = new Map<string, Label>();
  let withoutId = 0;
  const nothing = (): void => {};
  const versions = new RecordedVersions();
  for await (const read of readParts(files, { versions, wants: 'labels', onFinding: nothing, onBytes })) {
    if (read.kind !== 'label') continue;
    const { id, isFraud, amount = null, at } = read.label;
    if (id === undefined) {
      withoutId += 1;
      continue;
    }
    const known = byId.get(id);
    // Of one time the last one counts: within a run they stand in their order.
    if (known === undefined || at >= known.at) byId.set(id, { isFraud, amount, at });
  }
  return { byId, withoutId };
}
