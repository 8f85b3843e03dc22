import type { ConsoleLogger, LoggerService, Logger as NestLogger } from '@nestjs/common';
import type { BaseLogger, Logger as PinoLogger, pino } from 'pino';
import { describe, expectTypeOf, it } from 'vitest';
import type { Logger as WinstonLogger } from 'winston';
import type { ReferenceFeatures } from '../../models/visa-fraud/reference.js';
import type { FallbackResult, FraudScorerOptions, ModelResult, ScoreRequest, ScoreResult } from '../../src/index.js';

// What is claimed here is checked by the type checker (`npm run typecheck`); running it proves nothing more.
describe('the public types', () => {
  it("take the reference model's features as a request's", () => {
    expectTypeOf<{ features: ReferenceFeatures }>().toExtend<ScoreRequest>();
  });

  it("tell a model's result from a fallback by its source", () => {
    expectTypeOf<Extract<ScoreResult, { source: 'model' }>>().toEqualTypeOf<ModelResult>();
    expectTypeOf<Extract<ScoreResult, { source: 'fallback' }>>().toEqualTypeOf<FallbackResult>();
    expectTypeOf<FallbackResult['fraudProbability']>().toEqualTypeOf<null>();
  });

  it('take the loggers that hosts have as the option logger', () => {
    type Option = FraudScorerOptions['logger'];
    expectTypeOf<Console>().toExtend<Option>();
    expectTypeOf<WinstonLogger>().toExtend<Option>();
    expectTypeOf<PinoLogger>().toExtend<Option>();
    expectTypeOf<ReturnType<typeof pino>>().toExtend<Option>();
    // fastify.log is one of these.
    expectTypeOf<BaseLogger>().toExtend<Option>();
    expectTypeOf<NestLogger>().toExtend<Option>();
    expectTypeOf<ConsoleLogger>().toExtend<Option>();
    expectTypeOf<LoggerService>().toExtend<Option>();
    expectTypeOf<{
      info(message: string): void;
      warn(message: string): void;
      error(message: string): void;
    }>().toExtend<Option>();
    const inline: FraudScorerOptions = {
      logger: { info: (message, fields) => [message.length, fields], warn: () => {}, error: () => {} },
    };
    expectTypeOf(inline).toExtend<FraudScorerOptions>();
    expectTypeOf<{ info(message: string): void }>().not.toExtend<Option>();
  });
});
