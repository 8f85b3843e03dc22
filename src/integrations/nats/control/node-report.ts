import type { FleetHook } from '../../../fleet/fleet-hook.js';
import { decodeVersionReading, type EncodedVersionReading } from '../../../fleet/version-reading-bytes.js';
import type { VersionReading } from '../../../monitoring/version-reading.js';
import { readFields } from '../../../validation/fields.js';
import { isToken } from './state/names.js';

/** A longer report is passed over. Three histograms take at most 108 KiB. */
const maxReportBytes = 256 * 1024;

/** A version that a node has. */
export interface LiveDeployment {
  readonly version: string;
  readonly role: string;
  /** Its share of the node's traffic, in [0, 1]. */
  readonly traffic: number;
  /** The roll-out that it was last found to be the version of; null if there was none. */
  readonly rollout: string | null;
}

/** Why a node does not serve what it should. */
export interface NodeError {
  /** The version that it could not load, or whose standby took over there; null if the error is about another thing. */
  version: string | null;
  /** The code of the error, such as `ERR_MODEL_INVALID`. */
  code: string;
  message: string;
}

/** What a node of a fleet reports about itself. */
export interface NodeReport {
  id: string;
  /** The revision of the desired state that it read last; 0 if there was none. */
  revision: number;
  /** The revision of the desired state that it serves; null if it has not reached one yet. */
  reached: number | null;
  /** The versions that it has, with their roles and shares. */
  versions: readonly LiveDeployment[];
  /** The version that it is loading; null if none. */
  loading: string | null;
  /** null if all is well. */
  error: NodeError | null;
  /** Entries of the desired state that it refused because they were not valid. */
  refused: number;
}

/** What a version has done on a node. */
export interface NodeReading {
  /** When it began to serve there, in milliseconds since the epoch. */
  since: number;
  designEffect: number;
  reading: VersionReading;
}

/** A report with what only the lead of a canary reads. */
export interface FullReport extends NodeReport {
  /** Another one after each start of the process: its counts begin at 0 again. */
  incarnation: string;
  readings: readonly NodeReading[];
}

/** @param versions those whose counts are sent. */
export function encodeReport(
  report: NodeReport & { incarnation: string },
  hook: FleetHook | null,
  versions: readonly string[],
): Uint8Array {
  const live = versions.length === 0 || hook === null ? [] : hook.versions();
  const readings = live
    .filter(({ version }) => versions.includes(version))
    .map(({ role: _role, traffic: _traffic, latency, ...counts }) => {
      return { ...counts, latency: Buffer.from(latency).toString('base64') };
    });
  return new TextEncoder().encode(JSON.stringify({ ...report, readings }));
}

/** @returns null if it is not a report, for example because another version of the package wrote it. */
export function decodeReport(bytes: Uint8Array): FullReport | null {
  if (bytes.length > maxReportBytes) return null;
  try {
    const fields = objectOf(JSON.parse(new TextDecoder().decode(bytes)));
    const { id, incarnation, revision, reached, versions, loading, error, refused, readings } = fields;
    if (!isToken(id) || typeof incarnation !== 'string' || !Array.isArray(versions) || !Array.isArray(readings))
      return null;
    return {
      id,
      incarnation,
      revision: countOf(revision),
      reached: reached === null ? null : countOf(reached),
      versions: versions.map(liveOf),
      loading: textOrNull(loading),
      error: error === null ? null : errorOf(error),
      refused: countOf(refused),
      readings: readings.map(readingOf),
    };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

// The readers throw a TypeError if a field has another type.

function liveOf(value: unknown): LiveDeployment {
  const { version, role, traffic, rollout } = objectOf(value);
  return {
    version: textOf(version),
    role: textOf(role),
    traffic: numberOf(traffic),
    rollout: textOrNull(rollout ?? null),
  };
}

function errorOf(value: unknown): NodeError {
  const { version, code, message } = objectOf(value);
  return { version: textOrNull(version), code: textOf(code), message: textOf(message) };
}

function readingOf(value: unknown): NodeReading {
  const { version, requests, failed, decided, blocked, latency, since, designEffect } = objectOf(value);
  const encoded: EncodedVersionReading = {
    version: textOf(version),
    requests: countOf(requests),
    failed: countOf(failed),
    decided: countOf(decided),
    blocked: countOf(blocked),
    latency: Buffer.from(textOf(latency), 'base64'),
  };
  const reading = decodeVersionReading(encoded);
  if (reading === null) throw new TypeError('expected a histogram');
  return { since: numberOf(since), designEffect: Math.max(1, numberOf(designEffect)), reading };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new TypeError('expected an object');
  return readFields(value);
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('expected a text');
  return value;
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : textOf(value);
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new TypeError('expected a number');
  return value;
}

function countOf(value: unknown): number {
  const count = numberOf(value);
  if (!Number.isSafeInteger(count) || count < 0) throw new TypeError('expected a count');
  return count;
}
