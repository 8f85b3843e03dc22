import type { NatsConnection } from '@nats-io/transport-node';
import type { AlertsSummary } from '../../../api/alerts.js';
import type { Health } from '../../../api/health.js';
import type { Summary } from '../../../api/summary.js';
import { systemClock } from '../../../host/clock.js';
import { FieldReader } from '../../../validation/field-reader.js';
import { readSubject, requireConnection } from '../fields.js';
import { type Collected, collect } from './collect.js';
import { fleetHealth } from './fleet-health.js';
import type { NodeSums } from './node-sums.js';
import { summaryOfNodes } from './total.js';

/** Options of `fleetSummary`. */
export interface FleetSummaryOptions {
  /** The service's subject. @default 'fraud.score' */
  subject?: string | undefined;
  /** The longest wait for nodes that do not answer, in milliseconds; 100 to 60,000. @default 1_000 */
  waitMs?: number | undefined;
  /** How many nodes there are. With it, the summary is there as soon as all have answered. @default not known */
  expectedNodes?: number | undefined;
}

/** One node of a fleet. */
export interface FleetNodeSummary {
  id: string;
  health: Health;
  /** Its alerts, with the last ones that were cleared. */
  alerts: AlertsSummary;
  /**
   * Its own summary. Versions that have ended are the last five, and the labels of versions have no days. The rest is what `summary()` of
   * the scorer gives.
   */
  summary: Summary;
}

/** A fleet at one moment. */
export interface FleetSummary {
  /** The nodes that have answered, in the order of their ids. */
  nodes: FleetNodeSummary[];
  /** Ids of nodes that `$SRV.PING` has found, or that had answered before, and that have not answered now. */
  missing: string[];
  /** Ids that more than one node has. Only the first answer of each counts here: give each node its own id. */
  sameId: string[];
  /** Answers that could not be read, for example from another version of fraud-scorer. */
  refused: number;
  /** Whether the fleet can answer. */
  health: Health;
  /**
   * All nodes together. Counts and histograms are added up. Shares, means and percentiles are computed from the sums. The slowest and the
   * fastest second, the batch time, drift and comparisons are those of single nodes, so they are here only if one node has answered. A
   * request that two nodes have decided about counts on both.
   */
  total: Summary;
}

/**
 * Asks all nodes of a fleet for what they have counted, and adds it up.
 *
 * @param connection the host's own connection. It stays open.
 * @throws {InvalidOptionsError} if an option is not valid.
 */
export async function fleetSummary(
  connection: NatsConnection,
  options: FleetSummaryOptions = {},
): Promise<FleetSummary> {
  requireConnection(connection);
  const reader = new FieldReader(options);
  const subject = readSubject(reader);
  const waitMs = reader.number('waitMs', 1_000, { min: 100, max: 60_000, unit: 'milliseconds' });
  const expected = reader.number('expectedNodes', 0, { min: 1, max: 10_000, integer: true });
  reader.rejectUnknown().throwIfInvalid();
  const expectedNodes = expected === 0 ? null : expected;
  const collected = await collect(connection, { subject, waitMs, expectedNodes, clock: systemClock });
  return summaryOfFleet(collected, systemClock.epochMs(), expected);
}

/** @param epochMs the time of the summary. @param expectedNodes 0 if it is not known how many there are. */
export function summaryOfFleet(collected: Collected, epochMs: number, expectedNodes = 0): FleetSummary {
  const { nodes, missing, sameId, refused } = collected;
  return {
    nodes: nodes.map(nodeSummary),
    missing: [...missing],
    sameId: [...sameId],
    refused,
    health: fleetHealth(nodes.map(healthOfNode), collected, expectedNodes),
    total: summaryOfNodes(nodes, epochMs),
  };
}

/** For the health of the fleet. */
export function healthOfNode({ id, reading }: NodeSums): { id: string; health: Health } {
  return { id, health: reading.health };
}

function nodeSummary(node: NodeSums): FleetNodeSummary {
  const { id, reading } = node;
  return { id, health: reading.health, alerts: reading.alerts, summary: summaryOfNodes([node], reading.at) };
}
