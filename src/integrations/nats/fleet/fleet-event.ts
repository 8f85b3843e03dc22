import type { DeploymentEvent, DeploymentEventType, WorkerLostEvent } from '../../../api/events.js';
import { isNumber, isString, oneOf, optional, orNull, shapeOf } from '../../../validation/shape.js';
import { isNodeId } from '../fields.js';
import { parsed } from './label-messages.js';

/** What a node has told of itself. */
export type FleetEvent =
  | { name: 'deployment'; event: DeploymentEvent }
  | { name: 'workerLost'; event: WorkerLostEvent }
  /** The node has come, or has left so that nobody should miss it. */
  | { name: 'joined' | 'left'; node: string };

const isTold = shapeOf<{ node: string; name: string; event: unknown }>({
  node: isNodeId as (value: unknown) => value is string,
  name: isString,
  event: (_value): _value is unknown => true,
});

const isDeployment = shapeOf<Pick<DeploymentEvent, 'type' | 'version' | 'at' | 'reason' | 'traffic'>>({
  type: oneOf<DeploymentEventType>(
    'deployed',
    'failed',
    'traffic',
    'promoted',
    'rolledBack',
    'failedOver',
    'retired',
    'canaryStep',
    'canaryWaiting',
    'canaryAborted',
    'policy',
  ),
  version: orNull(isString),
  at: isNumber,
  reason: optional(isString),
  traffic: optional(isNumber),
});

const isWorkerLost = shapeOf<WorkerLostEvent>({ reason: isString, version: isString, readyWorkers: isNumber });

/** @returns the event, whose reason says which node it is about; null if it is none. */
export function readFleetEvent(data: Uint8Array): FleetEvent | null {
  const told = parsed(data);
  if (!isTold(told)) return null;
  const { node, name, event } = told;
  if (name === 'deployment' && isDeployment(event)) {
    return { name, event: { ...event, reason: event.reason === undefined ? node : `${node}: ${event.reason}` } };
  }
  if (name === 'workerLost' && isWorkerLost(event)) {
    return { name, event: { ...event, reason: `${node}: ${event.reason}` } };
  }
  return name === 'joined' || name === 'left' ? { name, node } : null;
}
