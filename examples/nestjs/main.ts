import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { log } from '../http/log.js';
import { maxBodyBytes, readSettings } from '../http/settings.js';
import { ErrorFilter } from './error.filter.js';
import { ScoringModule } from './scoring.module.js';

/** NestJS's own words, among the JSON lines; how it wires itself is not worth a line. */
const nestLogger: LoggerService = {
  log: () => {},
  warn: (message) => log.warn('nestjs', { detail: String(message) }),
  error: (message) => log.error('nestjs', { detail: String(message) }),
};

try {
  const { port } = readSettings(process.env);
  const app = await NestFactory.create<NestExpressApplication>(ScoringModule, {
    abortOnError: false,
    bodyParser: false,
    logger: nestLogger,
  });
  app.disable('x-powered-by');
  // Whatever the client says the body is, JSON is the only thing that is understood here.
  app.useBodyParser('json', { limit: maxBodyBytes, type: () => true });
  app.useGlobalFilters(new ErrorFilter());
  // By default NestJS would end the process by the signal itself, which supervisors take for a failure.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  try {
    await app.listen(port);
    log.info('listening', { pid: process.pid, port: (app.getHttpServer().address() as AddressInfo).port });
  } catch (error) {
    // The scorer runs already.
    await app.close();
    throw error;
  }
} catch (error) {
  log.error('startFailed', { reason: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
