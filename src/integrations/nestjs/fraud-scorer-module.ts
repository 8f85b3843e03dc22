import { type DynamicModule, type InjectionToken, Module, type Provider } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule, DiscoveryService, HttpAdapterHost, MetadataScanner } from '@nestjs/core';
import { FraudScorer } from '../../fraud-scorer.js';
import { createScoringRoutes } from '../http/scoring-routes.js';
import type { ScoringRoutes } from '../http/types.js';
import { EventExplorer } from './event-explorer.js';
import { FraudScorerHealthIndicator } from './health-indicator.js';
import type { FraudScorerAsyncOptions, FraudScorerModuleOptions, NestRoutesOptions } from './module-options.js';
import { FraudProblemFilter } from './problem-filter.js';
import { type ResolvedModuleOptions, splitOptions } from './resolve-options.js';
import { routesController } from './routes-controller.js';
import { ScorerLifecycle } from './scorer-lifecycle.js';
import { rootToken, type ScorerTokens, tokensOf } from './tokens.js';

/**
 * A scorer, or several, in a NestJS application: ready before the application listens, and closed once it has answered its last request.
 * `app.enableShutdownHooks()` has signals end the application in this way.
 *
 * @example
 * @Module({ imports: [FraudScorerModule.forRoot({ model: 'models/fraud/1', routes: true })] })
 * export class AppModule {}
 *
 * @Injectable()
 * export class Payments {
 *   constructor(private readonly scorer: FraudScorer) {}
 * }
 */
// biome-ignore lint/complexity/noStaticOnlyClass: the form of NestJS's dynamic modules
export class FraudScorerModule {
  /**
   * The application's scorer, injected everywhere by the class `FraudScorer`. The module is global, and brings the filter that answers errors of
   * any scorer by `toProblem`, `FraudScorerHealthIndicator`, and the decorators of events.
   *
   * @param options of `FraudScorer.create`, and `routes`.
   */
  static forRoot(options: FraudScorerModuleOptions = {}): DynamicModule {
    return rootModule({ useFactory: () => options, routes: options.routes ?? false }, isWanted(options.routes));
  }

  /** The same with options that need others' providers. */
  static forRootAsync(options: FraudScorerAsyncOptions): DynamicModule {
    return rootModule(options, options.routes !== false);
  }

  /**
   * A further scorer, in the module that imports this one.
   *
   * @param token what it is injected by: a class of the host's that extends `FraudScorer`, abstract and empty, or a string or symbol with `@Inject`.
   * @param options of `FraudScorer.create`, and `routes`.
   * @example
   * abstract class PayoutScorer extends FraudScorer {}
   * FraudScorerModule.forFeature(PayoutScorer, { model: 'models/payouts/1' });
   */
  static forFeature(token: InjectionToken, options: FraudScorerModuleOptions = {}): DynamicModule {
    return scorerModule(tokensOf(token), { useFactory: () => options, routes: options.routes ?? false });
  }

  /** The same with options that need others' providers. */
  static forFeatureAsync(token: InjectionToken, options: FraudScorerAsyncOptions): DynamicModule {
    return scorerModule(tokensOf(token), options);
  }
}

Module({})(FraudScorerModule);

function rootModule(options: FraudScorerAsyncOptions, mayHaveRoutes: boolean): DynamicModule {
  const module = scorerModule(tokensOf(rootToken), options, mayHaveRoutes);
  return {
    ...module,
    global: true,
    imports: [...(module.imports ?? []), DiscoveryModule],
    providers: [
      ...(module.providers ?? []),
      { provide: APP_FILTER, useClass: FraudProblemFilter },
      FraudScorerHealthIndicator,
      {
        provide: EventExplorer,
        useFactory: (...parts: ConstructorParameters<typeof EventExplorer>) => new EventExplorer(...parts),
        inject: [DiscoveryService, MetadataScanner],
      },
    ],
    exports: [...(module.exports ?? []), FraudScorerHealthIndicator],
  };
}

/** @param mayHaveRoutes by what stands beside the factory: NestJS asks for controllers before it calls it. */
function scorerModule(
  tokens: ScorerTokens,
  { imports, inject, useFactory, routes }: FraudScorerAsyncOptions,
  mayHaveRoutes = isWanted(routes),
): DynamicModule {
  return {
    module: FraudScorerModule,
    imports: imports ?? [],
    providers: [
      {
        provide: tokens.options,
        useFactory: async (...injected: unknown[]) => splitOptions(await useFactory(...injected), routes),
        inject: inject ?? [],
      },
      // The application waits for it: no request comes before the model is warm.
      {
        provide: tokens.scorer,
        useFactory: ({ scorer }: ResolvedModuleOptions) => FraudScorer.create(scorer),
        inject: [tokens.options],
      },
      ...(mayHaveRoutes ? [routesProvider(tokens)] : []),
      {
        provide: tokens.lifecycle,
        useFactory: (
          scorer: FraudScorer,
          options: ResolvedModuleOptions,
          host: HttpAdapterHost,
          own?: ScoringRoutes | null,
        ) => new ScorerLifecycle(scorer, options.drainTimeoutMs, host, own ?? null),
        inject: [tokens.scorer, tokens.options, HttpAdapterHost, ...(mayHaveRoutes ? [tokens.routes] : [])],
      },
    ],
    controllers: mayHaveRoutes ? [routesController(tokens.routes, pathOf(routes))] : [],
    exports: [tokens.scorer],
  };
}

function isWanted(routes: boolean | NestRoutesOptions | undefined): boolean {
  return routes !== undefined && routes !== false;
}

/** null where the host's factory gave no routes. */
function routesProvider(tokens: ScorerTokens): Provider {
  return {
    provide: tokens.routes,
    useFactory: async (scorer: FraudScorer, { routes }: ResolvedModuleOptions) => {
      try {
        return routes === null ? null : createScoringRoutes(scorer, routes);
      } catch (error) {
        // NestJS ends nothing of an application that does not start.
        await scorer.close();
        throw error;
      }
    },
    inject: [tokens.scorer, tokens.options],
  };
}

/** NestJS must know it before any factory is called. */
function pathOf(routes: boolean | NestRoutesOptions | undefined): string {
  return typeof routes === 'object' ? (routes.path ?? '') : '';
}
