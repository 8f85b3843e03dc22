import 'reflect-metadata';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { type Alert, FraudScorer } from 'fraud-scorer';
import { FraudScorerHealthIndicator, FraudScorerModule, OnFraudAlert } from 'fraud-scorer/nestjs';
import { createAdapter } from './adapter.js';

// Injected by the types of its parameters, as NestJS's own templates do: the compiler writes them into the program.
@Injectable()
class Payments {
  constructor(private readonly scorer: FraudScorer) {}

  isReady(): boolean {
    return this.scorer.health().ready;
  }

  @OnFraudAlert()
  page(alert: Alert): void {
    console.log(alert.message);
  }
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly fraud: FraudScorerHealthIndicator,
    private readonly payments: Payments,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    if (!this.payments.isReady()) throw new Error('The scorer was not injected');
    return this.health.check([() => this.fraud.isHealthy('fraud')]);
  }
}

@Module({
  imports: [
    TerminusModule,
    FraudScorerModule.forRootAsync({ useFactory: () => ({ model: process.env.MODEL, workers: 1, routes: true }) }),
  ],
  controllers: [HealthController],
  providers: [Payments],
})
class AppModule {}

async function serve(): Promise<void> {
  const app = await NestFactory.create(AppModule, createAdapter(), { logger: ['error', 'warn'] });
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(Number(process.env.PORT));
  console.log('listening');
}

void serve();
