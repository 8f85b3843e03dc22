import 'reflect-metadata';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import {
  type CanActivate,
  Controller,
  Get,
  HttpException,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  type Type,
  UnauthorizedException,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FraudScorer } from '../../src/fraud-scorer.js';
import {
  FraudScorerHealthIndicator,
  FraudScorerModule,
  type FraudScorerModuleOptions,
  OnDeployment,
  OnFraudAlert,
} from '../../src/integrations/nestjs/index.js';
import { fixtureModel } from '../support/paths.js';

const features = { left: [0.1, 0.2, 0.3], right: [1, -1] };
const scorerOptions: FraudScorerModuleOptions = { model: fixtureModel('linear'), workers: 1, providers: ['cpu'] };

const running = new Set<INestApplication>();
afterEach(async () => {
  for (const app of running) await app.close();
  running.clear();
});

const adapters = [
  ['Express', () => new ExpressAdapter()],
  ['Fastify', () => new FastifyAdapter()],
] as const;

type Imports = NonNullable<Parameters<typeof Module>[0]['imports']>;

interface AppParts {
  imports: Imports;
  providers?: NonNullable<Parameters<typeof Module>[0]['providers']>;
  controllers?: Type<object>[];
}

function moduleOf(parts: AppParts): Type<object> {
  class AppModule {}
  Module(parts)(AppModule);
  return AppModule;
}

async function start(
  newAdapter: (typeof adapters)[number][1],
  parts: AppParts,
  configure: (app: INestApplication) => void = () => {},
): Promise<{ app: INestApplication; url: string }> {
  const app = await NestFactory.create(moduleOf(parts), newAdapter() as never, { logger: false, abortOnError: false });
  running.add(app);
  configure(app);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: text });
}

interface FastifyHooks {
  addHook(
    name: 'onRequest',
    hook: (request: unknown, reply: { header(name: string, value: string): unknown }, done: () => void) => void,
  ): unknown;
}

function isFastify(instance: unknown): instance is FastifyHooks {
  return typeof instance === 'object' && instance !== null && 'addHook' in instance;
}

describe.each(adapters)('the NestJS module on %s', (_, adapter) => {
  it('scores at its routes, below the prefix of the application and its own path', async () => {
    const { url } = await start(
      adapter,
      { imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: { path: 'fraud' } })] },
      (app) => void app.setGlobalPrefix('api'),
    );
    const response = await post(`${url}/api/fraud/score`, { id: 'tx-1', features });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ source: 'model', id: 'tx-1' });
    expect((await fetch(`${url}/api/fraud/health/ready`)).status).toBe(200);
    expect((await fetch(`${url}/api/fraud/metrics`)).status).toBe(404);
    const document = await (await fetch(`${url}/api/fraud/openapi.json?x=1`)).json();
    expect(document).toMatchObject({ servers: [{ url: '/api/fraud' }] });
    expect((await post(`${url}/score`, { features })).status).toBe(404);
  });

  it('answers what is wrong as a problem: of the scorer, of the body, and of the method', async () => {
    const { url } = await start(adapter, { imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })] });
    const invalid = await post(`${url}/score`, { features: { left: [1], right: [1, 2] } });
    expect(invalid.headers.get('content-type')).toContain('application/problem+json');
    expect(await invalid.json()).toMatchObject({
      status: 400,
      code: 'ERR_INVALID_REQUEST',
      errors: [{ pointer: '/features/left' }],
    });
    const malformed = await post(`${url}/score`, '{"features":');
    expect(malformed.headers.get('content-type')).toContain('application/problem+json');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toMatchObject({ detail: expect.stringContaining('valid JSON') });
    const large = await post(`${url}/score`, ' '.repeat(2 ** 20 + 1));
    expect(large.headers.get('content-type')).toContain('application/problem+json');
    expect(await large.json()).toMatchObject({ status: 413, code: 'ERR_BODY_TOO_LARGE' });
    const method = await fetch(`${url}/score`);
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('leaves what a body parser refuses on other routes to NestJS', async () => {
    const { url } = await start(adapter, { imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })] });
    const large = await post(`${url}/elsewhere`, ' '.repeat(2 ** 20 + 1));
    expect(large.headers.get('content-type')).toContain('application/json');
    expect(large.status).toBe(413);
  });

  it('takes a batch, and a stream of lines', async () => {
    const { url } = await start(adapter, { imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })] });
    const batch = await post(`${url}/score/batch`, { requests: [{ features }, { features: {} }] });
    expect(await batch.json()).toMatchObject({
      outcomes: [{ status: 'fulfilled' }, { status: 'rejected' }],
    });
    const lines = `${JSON.stringify({ id: 'a', features })}\n${JSON.stringify({ id: 'b', features })}\n`;
    const stream = await post(`${url}/score/stream`, lines, { 'content-type': 'application/x-ndjson' });
    expect(stream.status).toBe(200);
    expect(
      (await stream.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ value: { id: 'a' } }, { value: { id: 'b' } }]);
  });

  it("answers errors of the scorer in the host's own controllers as problems, and leaves all others alone", async () => {
    class Payments {
      constructor(readonly scorer: FraudScorer) {}
      pay(): Promise<unknown> {
        return this.scorer.score({ features: {} } as never);
      }
      deny(): never {
        throw new UnauthorizedException('no');
      }
    }
    Inject(FraudScorer)(Payments, undefined, 0);
    for (const name of ['pay', 'deny'] as const) {
      Get(name)(Payments.prototype, name, Object.getOwnPropertyDescriptor(Payments.prototype, name) as never);
    }
    Controller()(Payments);
    const { url } = await start(adapter, {
      imports: [FraudScorerModule.forRoot(scorerOptions)],
      controllers: [Payments],
    });
    const paid = await fetch(`${url}/pay`);
    expect([paid.status, paid.headers.get('content-type')]).toEqual([400, expect.stringContaining('problem+json')]);
    const denied = await fetch(`${url}/deny`);
    expect(await denied.json()).toMatchObject({ statusCode: 401, message: 'no' });
    // No routes were asked for.
    expect((await post(`${url}/score`, { features })).status).toBe(404);
  });

  it("asks the application's guards before its routes", async () => {
    class Deny implements CanActivate {
      canActivate(): boolean {
        throw new UnauthorizedException();
      }
    }
    const { url } = await start(adapter, {
      imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })],
      providers: [{ provide: APP_GUARD, useClass: Deny }],
    });
    expect((await post(`${url}/score`, { features })).status).toBe(401);
  });

  it("gives what is not the scorer's to the application's own filter, whichever stands first", async () => {
    class Teapot {
      catch(
        _error: unknown,
        host: { switchToHttp(): { getResponse(): { status(code: number): { send(text: string): void } } } },
      ): void {
        host.switchToHttp().getResponse().status(418).send('tea');
      }
    }
    const { Catch } = await import('@nestjs/common');
    Catch()(Teapot);
    class Broken {
      fail(): never {
        throw new UnauthorizedException();
      }
    }
    Get('fail')(Broken.prototype, 'fail', Object.getOwnPropertyDescriptor(Broken.prototype, 'fail') as never);
    Controller()(Broken);
    const { url } = await start(adapter, {
      imports: [FraudScorerModule.forRoot(scorerOptions)],
      providers: [{ provide: APP_FILTER, useClass: Teapot }],
      controllers: [Broken],
    });
    expect((await fetch(`${url}/fail`)).status).toBe(418);
  });

  it('keeps the headers that the host has set before, such as those of CORS', async () => {
    const configure = (app: INestApplication): void => {
      app.enableCors({ origin: 'https://shop.example' });
      const instance: unknown = app.getHttpAdapter().getInstance();
      const setHeader = (reply: { header(name: string, value: string): unknown }): unknown =>
        reply.header('x-host', '1');
      if (isFastify(instance)) {
        instance.addHook('onRequest', (_request, reply, done) => {
          setHeader(reply);
          done();
        });
      } else {
        app.use((_request: unknown, response: Parameters<typeof setHeader>[0], next: () => void) => {
          setHeader(response);
          next();
        });
      }
    };
    const { url } = await start(
      adapter,
      { imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })] },
      configure,
    );
    for (const body of [{ features }, '{']) {
      const { headers } = await post(`${url}/score`, body, { origin: 'https://shop.example' });
      const seen = [headers.get('access-control-allow-origin'), headers.get('x-host')];
      expect(seen).toEqual(['https://shop.example', '1']);
    }
  });

  it.each([[429], [503]])("leaves status %i of the application's guards as it is", async (status) => {
    class Deny implements CanActivate {
      canActivate(): boolean {
        throw new HttpException('slow down', status);
      }
    }
    const { url } = await start(adapter, {
      imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })],
      providers: [{ provide: APP_GUARD, useClass: Deny }],
    });
    const response = await post(`${url}/score`, { features });
    expect([response.status, await response.text()]).toEqual([status, expect.stringContaining('slow down')]);
  });

  it('names in the OpenAPI document where its routes are', async () => {
    const { url } = await start(
      adapter,
      { imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: { path: 'fraud' } })] },
      (app) => void app.setGlobalPrefix('api'),
    );
    const document = await (await fetch(`${url}/api/fraud/openapi.json?x=1`)).json();
    expect(document).toMatchObject({ servers: [{ url: '/api/fraud' }], paths: { '/score': {} } });
  });

  it('refuses a body that is null, or none at all, with 400', async () => {
    const { url } = await start(adapter, {
      imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })],
    });
    for (const body of ['null', '']) expect((await post(`${url}/score`, body)).status).toBe(400);
  });

  it('answers every request in flight before it closes, and the scorer after them', async () => {
    const { app, url } = await start(adapter, {
      imports: [FraudScorerModule.forRoot({ ...scorerOptions, routes: true })],
    });
    const scorer = app.get(FraudScorer);
    const sent = Array.from({ length: 200 }, () => post(`${url}/score`, { features }));
    await Promise.race(sent);
    await app.close();
    running.delete(app);
    const statuses = (await Promise.allSettled(sent)).map((one) =>
      one.status === 'fulfilled' ? one.value.status : 'refused',
    );
    // Connections that the server had not accepted are refused; nothing that it took is lost.
    expect(statuses.filter((status) => status !== 200 && status !== 'refused')).toEqual([]);
    expect(statuses).toContain(200);
    await expect(scorer.score({ features })).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  });
});

describe('several scorers in one application', () => {
  abstract class PayoutScorer extends FraudScorer {}

  it('are injected by their classes, and each has its own routes', async () => {
    class Both {
      constructor(
        readonly root: FraudScorer,
        readonly payouts: FraudScorer,
      ) {}
    }
    Inject(FraudScorer)(Both, undefined, 0);
    Inject(PayoutScorer)(Both, undefined, 1);
    const second: FraudScorerModuleOptions = {
      ...scorerOptions,
      model: fixtureModel('sqrt'),
      routes: { path: 'payouts' },
    };
    const { app, url } = await start(() => new ExpressAdapter() as never, {
      imports: [
        FraudScorerModule.forRoot({ ...scorerOptions, routes: true }),
        FraudScorerModule.forFeature(PayoutScorer, second),
      ],
      providers: [Both],
    });
    const { root, payouts } = app.get(Both);
    expect([root.summary().model.name, payouts.summary().model.name]).toEqual(['linear', 'sqrt']);
    expect(await (await post(`${url}/payouts/score`, { features: { x: [0.25] } })).json()).toMatchObject({
      model: { name: 'sqrt' },
    });
  });
});

describe('the asynchronous form', () => {
  it('makes the options of what is injected, and has routes where they say so', async () => {
    const settings = { provide: 'settings', useValue: { model: fixtureModel('linear') } };
    class SettingsModule {}
    Module({ providers: [settings], exports: ['settings'] })(SettingsModule);
    const { url } = await start(() => new ExpressAdapter() as never, {
      imports: [
        FraudScorerModule.forRootAsync({
          imports: [SettingsModule],
          inject: ['settings'],
          useFactory: ({ model }: { model: string }) => ({ ...scorerOptions, model, routes: true }),
        }),
      ],
    });
    expect((await post(`${url}/score`, { features })).status).toBe(200);
  });

  it('has the routes that stand beside the factory, at their path', async () => {
    const { url } = await start(() => new ExpressAdapter() as never, {
      imports: [FraudScorerModule.forRootAsync({ useFactory: () => scorerOptions, routes: { path: 'cards' } })],
    });
    expect((await post(`${url}/cards/score`, { features })).status).toBe(200);
    const none = await start(() => new ExpressAdapter() as never, {
      imports: [FraudScorerModule.forRootAsync({ useFactory: () => scorerOptions })],
    });
    expect((await post(`${none.url}/score`, { features })).status).toBe(404);
    const plain = await start(() => new ExpressAdapter() as never, {
      imports: [FraudScorerModule.forRootAsync({ useFactory: () => scorerOptions, routes: true })],
    });
    expect((await post(`${plain.url}/score`, { features })).status).toBe(200);
  });

  it('rejects the start of the application where an option is wrong, and names it', async () => {
    const create = (options: object): Promise<unknown> =>
      start(() => new ExpressAdapter() as never, {
        imports: [FraudScorerModule.forRoot({ ...scorerOptions, ...options })],
      });
    await expect(create({ workers: -1 })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: [{ path: 'workers' }],
    });
    await expect(create({ drainTimeoutMs: 0 })).rejects.toMatchObject({ issues: [{ path: 'drainTimeoutMs' }] });
    await expect(create({ routes: { maxBodyBytes: 0 } })).rejects.toMatchObject({ issues: [{ path: 'maxBodyBytes' }] });
  });
});

describe('an application that does not start', () => {
  it('leaves no scorer running where options of the routes are wrong', async () => {
    const create = vi.spyOn(FraudScorer, 'create');
    const routes = { maxBodyBytes: 0 };
    const imports = [FraudScorerModule.forRoot({ ...scorerOptions, routes })];
    await expect(start(() => new ExpressAdapter() as never, { imports })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
    });
    for (const { value } of create.mock.settledResults) expect(value.health().ready).toBe(false);
    create.mockRestore();
  });
});

describe('what the module brings', () => {
  it('an indicator of health that Terminus takes, up and down', async () => {
    class Health {
      constructor(
        readonly service: HealthCheckService,
        readonly fraud: FraudScorerHealthIndicator,
      ) {}
      check(): Promise<unknown> {
        return this.service.check([() => this.fraud.isHealthy('fraud')]);
      }
    }
    Inject(HealthCheckService)(Health, undefined, 0);
    Inject(FraudScorerHealthIndicator)(Health, undefined, 1);
    Get('health')(Health.prototype, 'check', Object.getOwnPropertyDescriptor(Health.prototype, 'check') as never);
    Controller()(Health);
    const { app, url } = await start(() => new ExpressAdapter() as never, {
      imports: [TerminusModule.forRoot({ logger: false }), FraudScorerModule.forRoot(scorerOptions)],
      controllers: [Health],
    });
    const up = await fetch(`${url}/health`);
    expect([up.status, await up.json()]).toMatchObject([200, { status: 'ok', info: { fraud: { status: 'up' } } }]);
    await app.get(FraudScorer).close();
    const down = await fetch(`${url}/health`);
    expect([down.status, await down.json()]).toMatchObject([503, { error: { fraud: { status: 'down' } } }]);
  });

  it('decorators that have methods called with alerts and deployments, until the application closes', async () => {
    const heard: string[] = [];
    class Pager {
      page({ name }: { name: string }): void {
        heard.push(`alert ${name}`);
      }
      deployed({ type }: { type: string }): void {
        heard.push(type);
      }
    }
    OnFraudAlert()(Pager.prototype, 'page', Object.getOwnPropertyDescriptor(Pager.prototype, 'page') as never);
    OnDeployment()(Pager.prototype, 'deployed', Object.getOwnPropertyDescriptor(Pager.prototype, 'deployed') as never);
    Injectable()(Pager);
    const { app } = await start(() => new ExpressAdapter() as never, {
      imports: [FraudScorerModule.forRoot(scorerOptions)],
      providers: [Pager],
    });
    const scorer = app.get(FraudScorer);
    const event = once(scorer as never, 'deployment');
    scorer.setPolicy({ reviewProbability: 0.4 });
    await event;
    expect(heard).toEqual(['policy']);
    await app.close();
    running.delete(app);
  });

  it('events for providers that a factory makes, once for each instance', async () => {
    const heard: string[] = [];
    class Pager {
      deployed({ type }: { type: string }): void {
        heard.push(type);
      }
    }
    OnDeployment()(Pager.prototype, 'deployed', Object.getOwnPropertyDescriptor(Pager.prototype, 'deployed') as never);
    const { app } = await start(() => new ExpressAdapter() as never, {
      imports: [FraudScorerModule.forRoot(scorerOptions)],
      providers: [
        { provide: 'pager', useFactory: () => new Pager() },
        { provide: 'alias', useExisting: 'pager' },
      ],
    });
    const scorer = app.get(FraudScorer);
    const event = once(scorer as never, 'deployment');
    scorer.setPolicy({ reviewProbability: 0.4 });
    await event;
    expect(heard).toEqual(['policy']);
  });

  it('an error where a decorator names a scorer that is not there', async () => {
    class Lost {
      hear(): void {}
    }
    OnFraudAlert('nobody')(Lost.prototype, 'hear', Object.getOwnPropertyDescriptor(Lost.prototype, 'hear') as never);
    Injectable()(Lost);
    await expect(
      start(() => new ExpressAdapter() as never, {
        imports: [FraudScorerModule.forRoot(scorerOptions)],
        providers: [Lost],
      }),
    ).rejects.toThrow('Lost.hear: there is no scorer that is injected by nobody');
  });
});
