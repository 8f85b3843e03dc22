import type { FraudScorerOptions } from '../../api/options.js';
import { InvalidOptionsError } from '../../errors.js';
import { FieldReader } from '../../validation/field-reader.js';
import type { ScoringRoutesOptions } from '../http/options.js';
import type { FraudScorerModuleOptions, NestRoutesOptions } from './module-options.js';

/** A module's options, apart by whose they are. */
export interface ResolvedModuleOptions {
  /** For `FraudScorer.create`, which checks them. */
  scorer: FraudScorerOptions;
  /** For `createScoringRoutes`, which checks them; null for no routes. */
  routes: ScoringRoutesOptions | null;
  drainTimeoutMs: number;
}

/**
 * @param beside what stands beside a factory: it counts where the factory says nothing of routes.
 * @throws {InvalidOptionsError} where an option of the module's own is not as documented.
 */
export function splitOptions(
  options: FraudScorerModuleOptions | undefined,
  beside: boolean | NestRoutesOptions | undefined,
): ResolvedModuleOptions {
  const { routes: given, drainTimeoutMs, ...scorer } = options ?? {};
  const isForced = typeof beside === 'object';
  const reader = new FieldReader({ routes: given ?? beside, drainTimeoutMs });
  const routes = reader.value('routes', 'true, false or an object of options', isSwitch) ?? false;
  const resolved: ResolvedModuleOptions = {
    scorer,
    routes: routesOf(routes),
    drainTimeoutMs: reader.number('drainTimeoutMs', 10_000, { above: 0, unit: 'milliseconds' }),
  };
  reader.throwIfInvalid();
  const own = typeof routes === 'object' ? routes.path : undefined;
  const known = isForced ? beside.path : undefined;
  if (own !== undefined && own !== known && options !== undefined && beside !== options.routes) {
    const expected =
      'left to `routes: { path }` beside useFactory: NestJS must know the path before it calls the factory';
    throw new InvalidOptionsError([{ path: 'routes.path', expected, received: 'a path' }]);
  }
  return resolved;
}

function routesOf(routes: boolean | NestRoutesOptions): ScoringRoutesOptions | null {
  if (routes === false) return null;
  if (routes === true) return {};
  const { path, ...rest } = routes;
  return rest;
}

function isSwitch(value: unknown): value is boolean | NestRoutesOptions {
  return typeof value === 'boolean' || (typeof value === 'object' && value !== null);
}
