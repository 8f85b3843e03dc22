import type { NatsConnection, Subscription } from '@nats-io/transport-node';

/** A service as it tells of itself in the services API of NATS (ADR-32). */
export interface ServiceIdentity {
  name: string;
  id: string;
  version: string;
  description: string;
}

/** What the service answers beside its identity. */
export interface ServiceReports {
  metadata(): Record<string, string>;
  endpoints: readonly ServiceEndpoint[];
  /** In ISO 8601. */
  started: string;
}

export interface ServiceEndpoint {
  name: string;
  subject: string;
  queueGroup: string;
  stats(): Record<string, unknown>;
}

/**
 * Answers PING, INFO and STATS, to all services, to those of this name, and to this one. Written here, because the package
 * `@nats-io/services` is bound to another version of the client.
 *
 * @returns its subscriptions.
 */
export function answerDiscovery(
  connection: NatsConnection,
  identity: ServiceIdentity,
  { metadata, endpoints, started }: ServiceReports,
): Subscription[] {
  const { name, id, version, description } = identity;
  const common = (kind: string) => ({
    type: `io.nats.micro.v1.${kind}_response`,
    name,
    id,
    version,
    metadata: metadata(),
  });
  const answers: Record<string, () => object> = {
    PING: () => common('ping'),
    INFO: () => ({
      ...common('info'),
      description,
      endpoints: endpoints.map((endpoint) => ({
        name: endpoint.name,
        subject: endpoint.subject,
        queue_group: endpoint.queueGroup,
        metadata: {},
      })),
    }),
    STATS: () => ({
      ...common('stats'),
      started,
      endpoints: endpoints.map((endpoint) => ({
        name: endpoint.name,
        subject: endpoint.subject,
        queue_group: endpoint.queueGroup,
        ...endpoint.stats(),
      })),
    }),
  };
  return Object.entries(answers).flatMap(([verb, answer]) =>
    [`$SRV.${verb}`, `$SRV.${verb}.${name}`, `$SRV.${verb}.${name}.${id}`].map((subject) =>
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null || message.reply === undefined) return;
          try {
            message.respond(JSON.stringify(answer()));
          } catch {
            // The connection is closed.
          }
        },
      }),
    ),
  );
}
