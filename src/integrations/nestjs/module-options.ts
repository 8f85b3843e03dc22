import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency } from '@nestjs/common';
import type { FraudScorerOptions } from '../../api/options.js';
import type { ScoringRoutesOptions } from '../http/options.js';

/** The routes of the module's controller: those of `fraud-scorer/http`, below a path. */
export interface NestRoutesOptions extends Omit<ScoringRoutesOptions, 'prefix'> {
  /** The controller's path, such as `fraud`; the application's global prefix goes before it. @default none */
  path?: string | undefined;
}

/** How a scorer lives in a NestJS application, beside the options of `FraudScorer.create`. */
export interface NestScoringOptions {
  /** Serves the routes of `fraud-scorer/http`; `true` with their defaults. @default none */
  routes?: boolean | NestRoutesOptions | undefined;
  /**
   * Milliseconds that the shutdown waits for requests in flight before it cuts them off; above 0. Below the time that the platform grants before it
   * kills the process. @default 10_000
   */
  drainTimeoutMs?: number | undefined;
}

/** Options of `forRoot` and `forFeature`: those of `FraudScorer.create`, and how it lives in the application. */
export interface FraudScorerModuleOptions extends FraudScorerOptions, NestScoringOptions {}

/** Options of `forRootAsync` and `forFeatureAsync`. */
export interface FraudScorerAsyncOptions {
  /** Modules that export what `inject` names; modules that are global need not be named. @default none */
  imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. @default nothing */
  inject?: (InjectionToken | OptionalFactoryDependency)[] | undefined;
  /** Makes the options. `routes` may be among them, or beside this function. */
  // biome-ignore lint/suspicious/noExplicitAny: what is injected is known by the host alone, as in NestJS's own FactoryProvider
  useFactory: (...injected: any[]) => FraudScorerModuleOptions | Promise<FraudScorerModuleOptions>;
  /** The routes, where the factory says nothing of them. @default for the root what the factory says, for others none */
  routes?: boolean | NestRoutesOptions | undefined;
}
