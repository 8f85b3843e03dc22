import type { IncomingMessage } from 'node:http';
import { locate } from '../http/target.js';

/** Of all routes that there may be: NestJS must know them before there is a scorer. One that is not there answers 404. */
export const routePaths = [
  '/score',
  '/score/batch',
  '/score/stream',
  '/outcomes',
  '/summary',
  '/health/live',
  '/health/ready',
  '/openapi.json',
  '/metrics',
  '/dashboard',
  '/dashboard/events',
  '/dashboard/snapshot',
  '/deployments',
  '/deployments/traffic',
  '/deployments/promote',
  '/deployments/rollback',
  '/deployments/retire',
] as const;

/** Paths of the module's controllers in this process, without slashes around them. */
const controllers = new Set<string>();

export function noteController(path: string): void {
  controllers.add(trimmed(path));
}

/** Whether a request is for one of the module's routes. @param globalPrefix of the application. */
export function isScoringRequest({ url }: IncomingMessage, globalPrefix: string): boolean {
  const { path } = locate(url ?? '/', '');
  for (const controller of controllers) {
    const parts = [trimmed(globalPrefix), controller].filter((part) => part !== '');
    const before = parts.map((part) => `/${part}`).join('');
    if (routePaths.some((route) => path === before + route)) return true;
  }
  return false;
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
