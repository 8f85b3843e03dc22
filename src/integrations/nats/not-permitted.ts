/** What a server does not permit a user to do. */
export interface PermissionRefusal {
  operation: 'publish' | 'subscribe';
  subject: string;
}

/** @returns what was not permitted; null if the error is another one. By name, because two copies of the client have two classes. */
export function notPermitted(error: unknown): PermissionRefusal | null {
  if (!(error instanceof Error)) return null;
  if (error.name !== 'PermissionViolationError') return notPermitted(error.cause);
  const [operation, subject]: unknown[] = [Reflect.get(error, 'operation'), Reflect.get(error, 'subject')];
  if (typeof subject !== 'string') return null;
  return { operation: operation === 'subscription' || operation === 'subscribe' ? 'subscribe' : 'publish', subject };
}

/** For messages: "does not permit this user to publish to fraud.score". */
export function describeRefusal({ operation, subject }: PermissionRefusal): string {
  return `does not permit this user to ${operation} to ${subject} (docs/fleet.md has the permissions)`;
}
