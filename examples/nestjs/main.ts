import 'reflect-metadata';
import { ConsoleLogger, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FraudScorerModule } from 'fraud-scorer/nestjs';
import '../start-failures.js';

const { MODEL, PORT = '3000' } = process.env;
const logger = new ConsoleLogger({ json: true });

@Module({
  imports: [FraudScorerModule.forRoot({ model: MODEL || undefined, logger, routes: true })],
})
class AppModule {}

// The model is loaded and warm before the application listens. `bodyParser: false`: the routes read the bodies themselves.
const app = await NestFactory.create(AppModule, { logger, bodyParser: false, abortOnError: false });
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(Number(PORT));
logger.log(`listening on ${await app.getUrl()}`);
