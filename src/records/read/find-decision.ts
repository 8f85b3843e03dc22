import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../host/clock.js';
import { isRecordsFile } from '../format/file-names.js';
import { maskedId } from '../format/id-hash.js';
import { indexKey } from '../format/index-layout.js';
import type { FoundDecision } from '../host/recording.js';
import type { ResolvedMask } from '../protocol.js';
import { decisionInFrame, decisionInLine, versionAt } from './decision-at.js';
import { contextPlace, type IndexHead, type IndexPlace, placesOf, readIndexHead } from './index-file.js';
import { OpenFiles } from './open-files.js';

/** Files that are kept open; each costs a descriptor. */
const mostOpen = 256;

/** A directory that changed so shortly ago may change again without its time showing it, in ms. */
const unsureMs = 2_000;

/** A file of records with its index. */
interface IndexedFile {
  path: string;
  head: IndexHead;
  /** By the number of their context. */
  versions: Map<number, string>;
}

/**
 * Finds decisions in a directory of records by the host's id, through the indexes beside the files. Compressed files, files without an index and
 * decisions of the fallback are not found.
 */
export class DecisionFinder {
  readonly #directory: string;
  readonly #mask: ResolvedMask;
  readonly #clock: Pick<Clock, 'epochMs'>;
  readonly #open = new OpenFiles(mostOpen);
  /** By the name of the index. Those of the latest decisions first. */
  #files = new Map<string, IndexedFile>();
  /** The directory's time when it was listed; NaN where it must be listed again. */
  #listedAt = Number.NaN;

  /** @param directory absolute. @param mask of the recording: ids are looked for as it writes them. */
  constructor(directory: string, mask: ResolvedMask, clock: Pick<Clock, 'epochMs'>) {
    this.#directory = directory;
    this.#mask = mask;
    this.#clock = clock;
  }

  /** The latest decision of an id; null where none is found, or files can't be read. */
  find(id: string): FoundDecision | null {
    const written = maskedId(this.#mask, id);
    if (written === null) return null;
    this.#list();
    const key = indexKey(written);
    let latest: FoundDecision | null = null;
    for (const file of this.#files.values()) {
      // Files of several processes overlap in time.
      if (latest !== null && file.head.latest < latest.decidedAt) break;
      const found = this.#inFile(file, key, written);
      if (found !== null && (latest === null || found.decidedAt > latest.decidedAt)) latest = found;
    }
    return latest;
  }

  close(): void {
    this.#open.closeAll();
    this.#files.clear();
    this.#listedAt = Number.NaN;
  }

  #inFile(file: IndexedFile, key: bigint, id: string): FoundDecision | null {
    try {
      for (const place of placesOf(this.#open.descriptor(`${file.path}.idx`), file.head, key)) {
        const found = this.#at(file, place, id);
        if (found !== null) return found;
      }
    } catch {
      // It was deleted meanwhile, or is damaged: what it has is not found.
      this.#listedAt = Number.NaN;
    }
    return null;
  }

  #at(file: IndexedFile, place: IndexPlace, id: string): FoundDecision | null {
    const { path } = file;
    const descriptor = this.#open.descriptor(path);
    if (path.endsWith('.ndjson')) return decisionInLine(descriptor, place, id);
    return decisionInFrame(descriptor, place, id, (context) => this.#version(file, context));
  }

  #version({ path, head, versions }: IndexedFile, context: number): string | null {
    const known = versions.get(context);
    if (known !== undefined) return known;
    const place = contextPlace(this.#open.descriptor(`${path}.idx`), head, context);
    const version = place === null ? null : versionAt(this.#open.descriptor(path), place, context);
    if (version !== null) versions.set(context, version);
    return version;
  }

  /** Looks which indexes there are, where that may have changed. */
  #list(): void {
    try {
      const { mtimeMs } = statSync(this.#directory);
      if (mtimeMs === this.#listedAt) return;
      const names = new Set(readdirSync(this.#directory));
      const files: [string, IndexedFile][] = [];
      for (const name of names) {
        if (!isRecordsFile(name) || name.endsWith('.gz') || !names.has(`${name}.idx`)) continue;
        const file = this.#indexed(name);
        if (file !== null) files.push([name, file]);
      }
      for (const [name, { path }] of this.#files) if (!names.has(name)) this.#forget(path);
      files.sort(([, a], [, b]) => b.head.latest - a.head.latest);
      this.#files = new Map(files);
      this.#listedAt = this.#clock.epochMs() - mtimeMs < unsureMs ? Number.NaN : mtimeMs;
    } catch {
      // A directory that can't be read now has what was known of it.
    }
  }

  /** An index that covers all of a closed file stays as it is; others are written anew. */
  #indexed(name: string): IndexedFile | null {
    const known = this.#files.get(name);
    if (known !== undefined && known.head.covers === 0) return known;
    const path = join(this.#directory, name);
    try {
      this.#open.close(`${path}.idx`);
      const head = readIndexHead(this.#open.descriptor(`${path}.idx`));
      return head === null ? null : { path, head, versions: known?.versions ?? new Map<number, string>() };
    } catch {
      return null;
    }
  }

  #forget(path: string): void {
    this.#open.close(path);
    this.#open.close(`${path}.idx`);
  }
}
