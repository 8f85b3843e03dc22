import {
  type BeforeApplicationShutdown,
  Inject,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FraudScorer } from 'fraud-scorer';
import { HttpDrain } from '../http/http-drain.js';
import { log, logEvents } from '../http/log.js';
import { drainTimeoutMs, readSettings } from '../http/settings.js';
import { ScoreController } from './score.controller.js';
import { SCORER } from './scorer.token.js';

/** The scorer's life in the application's: there before the first request, gone after the last. */
@Module({
  controllers: [ScoreController],
  providers: [
    {
      provide: SCORER,
      // The application waits for it: no request comes before the model is warm.
      useFactory: () => FraudScorer.create(readSettings(process.env).scorer),
    },
  ],
  exports: [SCORER],
})
export class ScoringModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly #scorer: FraudScorer;
  readonly #adapterHost: HttpAdapterHost;
  #drain: HttpDrain | null = null;

  constructor(@Inject(SCORER) scorer: FraudScorer, @Inject(HttpAdapterHost) adapterHost: HttpAdapterHost) {
    this.#scorer = scorer;
    this.#adapterHost = adapterHost;
  }

  onModuleInit(): void {
    logEvents(this.#scorer);
    this.#drain = new HttpDrain(this.#adapterHost.httpAdapter.getHttpServer());
  }

  /** Before NestJS closes the server itself: requests in flight are answered first. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    log.info('stopping', { signal });
    const cutOff = (await this.#drain?.finish(drainTimeoutMs))?.cutOff ?? 0;
    if (cutOff > 0) log.warn('cutOff', { requests: cutOff });
  }

  async onApplicationShutdown(): Promise<void> {
    const { abandoned, summary } = await this.#scorer.close();
    log.info('stopped', { abandoned, requests: summary.requests });
  }
}
