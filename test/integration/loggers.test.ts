import { Console } from 'node:console';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { ConsoleLogger, Logger as NestLogger } from '@nestjs/common';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import winston from 'winston';
import { containedLogger } from '../../src/host/logging.js';
import { FraudScorer, fieldsFirst, type HostLogger, nestLogger, pinoLogger } from '../../src/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { fixtureModel } from '../support/paths.js';
import { untyped } from '../support/untyped.js';

/** Where a logger writes, as text. */
class Sink extends Writable {
  text = '';

  override _write(chunk: unknown, _: BufferEncoding, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

/** Makes a logger of a kind that writes to a sink. */
type Make = (sink: Sink) => HostLogger;

function nestTo(sink: Sink): void {
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text) => sink.write(String(text)));
  }
}

const makers: Record<string, Make> = {
  console: (sink) => new Console(sink),
  pino: (sink) => pino(sink),
  'a child of pino': (sink) => pino(sink).child({ component: 'fraud' }),
  'a proxy of pino': (sink) => new Proxy(pino(sink), {}),
  'pino in a wrapper that hides it': (sink) => {
    const hidden = pino(sink);
    return fieldsFirst({
      info: (fields: object, message?: string) => hidden.info(fields, message),
      warn: (fields: object, message?: string) => hidden.warn(fields, message),
      error: (fields: object, message?: string) => hidden.error(fields, message),
    });
  },
  'pinoLogger around pino': (sink) => pinoLogger(pino(sink)),
  'nestLogger around a Logger': (sink) => {
    nestTo(sink);
    return nestLogger(new NestLogger());
  },
  'nestLogger around a Logger with a context': (sink) => {
    nestTo(sink);
    return nestLogger(new NestLogger('Payments'));
  },
  winston: (sink) => winston.createLogger({ transports: [new winston.transports.Stream({ stream: sink })] }),
  "NestJS's Logger": (sink) => {
    nestTo(sink);
    return new NestLogger();
  },
  "NestJS's Logger with a context": (sink) => {
    nestTo(sink);
    return new NestLogger('Payments');
  },
  "NestJS's ConsoleLogger in JSON": (sink) => {
    nestTo(sink);
    return new ConsoleLogger('Payments', { json: true });
  },
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(Object.entries(makers))('%s as the logger', (_, make) => {
  it.each(['info', 'warn', 'error'] as const)('gets the message and the fields of %s', (level) => {
    const sink = new Sink();
    containedLogger(make(sink), new FakeClock())[level]('of the scorer', { workers: 271, reason: 'why not' });
    for (const part of ['of the scorer', 'workers', '271', 'why not']) expect(sink.text).toContain(part);
  });

  it('is taken by create', async () => {
    const sink = new Sink();
    const scorer = await FraudScorer.create({ model: fixtureModel('sqrt'), workers: 1, logger: make(sink) });
    await scorer.close();
    for (const part of ['Scoring started', 'sqrt', 'Scoring ended', 'abandoned']) expect(sink.text).toContain(part);
  });
});

describe('what pino writes', () => {
  it('has the fields as its own, beside the message', () => {
    const sink = new Sink();
    containedLogger(pino(sink), new FakeClock()).warn('of the scorer', { workers: 271 });
    expect(JSON.parse(sink.text)).toMatchObject({ level: 40, msg: 'of the scorer', workers: 271 });
  });
});

describe('what nestLogger writes', () => {
  it.each([
    ['of its own', () => new NestLogger(), {}, 'FraudScorer'],
    ['that it is given', () => new NestLogger(), { context: 'Cards' }, 'Cards'],
    ["of the host's logger", () => new NestLogger('Payments'), { context: 'Cards' }, 'Payments'],
  ])(
    'is one line for each call, with the fields behind the message, under a context %s',
    (_, make, options, context) => {
      for (const level of ['info', 'warn', 'error'] as const) {
        const sink = new Sink();
        nestTo(sink);
        containedLogger(nestLogger(make(), options), new FakeClock())[level]('of the scorer', { workers: 271 });
        vi.restoreAllMocks();
        const lines = stripVTControlCharacters(sink.text).trim().split('\n');
        expect(lines).toHaveLength(1);
        expect(lines[0]).toContain(`[${context}] of the scorer {"workers":271}`);
        expect(lines[0]).toContain(level === 'info' ? 'LOG' : level.toUpperCase());
      }
    },
  );

  it('is refused where it is no logger of NestJS, or its options are none', () => {
    const refused = expect.objectContaining({ code: 'ERR_INVALID_OPTIONS' });
    expect(() => nestLogger(untyped({ info: () => {}, warn: () => {}, error: () => {} }))).toThrowError(refused);
    expect(() => nestLogger(new NestLogger(), untyped({ name: 'x' }))).toThrowError(refused);
    expect(() => pinoLogger(untyped({ log: () => {} }))).toThrowError(refused);
  });
});

describe.each(Object.entries(makers))('what %s is given', (_, make) => {
  it('has no feature values, ids or amounts in it, whatever goes wrong', async () => {
    const sink = new Sink();
    const secrets = ['tx-4711', '271.828', '314.159'];
    const fail = ({ id, amount }: { id?: string | undefined; amount?: number | undefined }): never => {
      throw new Error(`${id} of ${amount} with 271.828`);
    };
    const scorer = await FraudScorer.create({
      ...{ model: fixtureModel('sqrt'), workers: 1, logger: make(sink), timeoutMs: 1_000 },
      decide: (_scores, request) => fail(request),
      fallback: (request) => fail(request),
    });
    scorer.on('decision', fail);
    const request = { id: 'tx-4711', amount: 314.159, features: { x: [271.828] } };
    await Promise.allSettled([
      scorer.score(request),
      scorer.score({ ...request, features: { x: [4.5] } }),
      scorer.score({ ...request, features: { x: ['271.828'] } }),
      scorer.score(request, { timeoutMs: 0.001 }),
    ]);
    await scorer.close();
    expect(sink.text).toContain('Scoring ended');
    for (const secret of secrets) expect(sink.text).not.toContain(secret);
  });
});

describe('a logger that is none', () => {
  it.each([
    ['an object without warn', { info: () => {}, error: () => {} }],
    ['one with neither info nor log', { warn: () => {}, error: () => {} }],
    ['a text', 'console'],
    [
      'one that throws when it is looked at',
      {
        warn: () => {},
        error: () => {},
        get info(): never {
          throw new Error('of the host');
        },
      },
    ],
  ])('%s is refused with what would fit', async (_, logger) => {
    await expect(FraudScorer.create({ logger: untyped(logger) })).rejects.toMatchObject({
      code: 'ERR_INVALID_OPTIONS',
      issues: [{ path: 'logger', expected: expect.stringContaining('fieldsFirst(logger)') }],
    });
  });

  it('is refused by fieldsFirst too', () => {
    for (const logger of [undefined, {}, { log: () => {}, warn: () => {}, error: () => {} }]) {
      expect(() => fieldsFirst(untyped(logger))).toThrowError(
        expect.objectContaining({ code: 'ERR_INVALID_OPTIONS', issues: [expect.objectContaining({ path: 'logger' })] }),
      );
    }
  });
});
