import 'reflect-metadata';
import type { Server } from 'node:http';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { FraudScorerModule } from 'fraud-scorer/nestjs';

/** What NestJS runs on. */
export type NestPlatform = 'Express' | 'Fastify';

/** An application with the routes of the module and nothing else. */
export async function nestRoutes(platform: NestPlatform, model: string): Promise<Server> {
  class AppModule {}
  Module({ imports: [FraudScorerModule.forRoot({ model, routes: true })] })(AppModule);
  return await serverOf(AppModule, platform);
}

/** A controller that sends the parsed body back: nothing is scored, so this is the limit that NestJS itself sets. */
export async function nestEcho(platform: NestPlatform): Promise<Server> {
  class EchoController {
    echo(body: unknown): unknown {
      return body;
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(EchoController.prototype, 'echo') ?? {};
  Body()(EchoController.prototype, 'echo', 0);
  HttpCode(200)(EchoController.prototype, 'echo', descriptor);
  Post('score')(EchoController.prototype, 'echo', descriptor);
  Controller()(EchoController);
  class AppModule {}
  Module({ controllers: [EchoController] })(AppModule);
  return await serverOf(AppModule, platform);
}

async function serverOf(module: new () => object, platform: NestPlatform): Promise<Server> {
  const fastify = platform === 'Fastify' ? new FastifyAdapter() : null;
  const app = await NestFactory.create(module, fastify ?? new ExpressAdapter(), { logger: false, abortOnError: false });
  await app.init();
  await fastify?.getInstance().ready();
  return app.getHttpServer();
}
