import type { NatsConnection } from '@nats-io/transport-node';
import { outsideOfRequests } from '../../host/async-context.js';
import { contained } from '../../host/faults.js';
import { notPermitted, type PermissionRefusal } from './not-permitted.js';

/** What a part of this package is told of its connection. */
export interface ConnectionListener {
  lost?(): void;
  back?(): void;
  /** The server has not permitted something on this connection, perhaps what another part or the host did. */
  refused?(refusal: PermissionRefusal): void;
  /** It will not come back. */
  closed(): void;
}

/** The listeners of each connection. One watch serves them all, so that parts that come and go leave nothing behind on a connection that stays. */
const watched = new WeakMap<NatsConnection, Set<ConnectionListener>>();

/** @returns ends it. Call it when the part has ended. */
export function listenTo(connection: NatsConnection, listener: ConnectionListener): () => void {
  if (connection.isClosed()) {
    queueMicrotask(() => listener.closed());
    return () => {};
  }
  const listeners = watched.get(connection) ?? watch(connection);
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function watch(connection: NatsConnection): Set<ConnectionListener> {
  const listeners = new Set<ConnectionListener>();
  watched.set(connection, listeners);
  outsideOfRequests(() => {
    connection.closed().then(() => tellAll(listeners, (listener) => listener.closed()));
    void tell(connection, listeners);
  });
  return listeners;
}

async function tell(connection: NatsConnection, listeners: ReadonlySet<ConnectionListener>): Promise<void> {
  for await (const status of connection.status()) {
    const refusal = status.type === 'error' ? notPermitted(status.error) : null;
    if (status.type === 'disconnect') tellAll(listeners, (listener) => listener.lost?.());
    if (status.type === 'reconnect') tellAll(listeners, (listener) => listener.back?.());
    if (refusal !== null) tellAll(listeners, (listener) => listener.refused?.(refusal));
  }
}

/** A listener that throws must not keep the others from being told. */
function tellAll(listeners: ReadonlySet<ConnectionListener>, tellOne: (listener: ConnectionListener) => void): void {
  for (const listener of [...listeners])
    contained(
      () => tellOne(listener),
      () => {},
    );
}
