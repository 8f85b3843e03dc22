import 'reflect-metadata';
import { ConsoleLogger, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Alert } from 'fraud-scorer';
import { FraudScorerModule, OnFraudAlert } from 'fraud-scorer/nestjs';

const { MODEL, PORT = '3000' } = process.env;
const logger = new ConsoleLogger({ json: true });

@Injectable()
class OnCall {
  @OnFraudAlert()
  page({ rule, severity, message }: Alert): void {
    logger.warn({ rule, severity, message }, 'OnCall');
  }
}

@Module({
  imports: [FraudScorerModule.forRoot({ model: MODEL || undefined, logger, routes: true })],
  providers: [OnCall],
})
class AppModule {}

// The model is loaded and warm before the application listens. `bodyParser: false`: the routes read the bodies themselves.
const app = await NestFactory.create(AppModule, { logger, bodyParser: false });
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(PORT);
logger.log(`listening on ${await app.getUrl()}`);
