import { describe, expect, it } from 'vitest';
import { createScoringRoutes, type HttpResponse } from '../../../src/integrations/http/index.js';
import { fakeScorer } from './fake-scorer.js';

function post(headers: Record<string, string>, path = '/score'): HttpResponse | Promise<HttpResponse> {
  return createScoringRoutes(fakeScorer()).handle({ method: 'POST', path, headers, rawBody: Buffer.from('{}') });
}

describe('A body of JSON', () => {
  it.each([
    'application/json',
    'Application/JSON',
    ' application/json ;',
    'application/json;charset=utf-8',
    'application/json; charset="UTF-8"',
    'application/json; charset=utf8 ; profile="a;b"',
    'application/json; odata.metadata=minimal',
    'application/vnd.api+json',
    'application/problem+json; charset=utf-8',
  ])('may be of type %j', async (type) => {
    expect(await post({ 'content-type': type })).toMatchObject({ status: 200 });
  });

  it.each([
    '',
    'json',
    'text/json',
    'application/jsonp',
    'application/+json',
    'application/x y+json',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-16; charset=utf-8',
    'application/x-ndjson',
  ])('may not be of type %j', async (type) => {
    expect(await post({ 'content-type': type })).toMatchObject({
      status: 415,
      headers: { Accept: 'application/json' },
      body: { code: 'ERR_UNSUPPORTED_MEDIA_TYPE' },
    });
  });

  it.each(['identity', 'Identity', ''])('may have the encoding %j', async (encoding) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    expect(await post(headers)).toMatchObject({ status: 200 });
  });

  it.each(['gzip', 'br', 'gzip, identity'])('may not have the encoding %j', async (encoding) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding };
    expect(await post(headers)).toMatchObject({ status: 415, headers: { 'Accept-Encoding': 'identity' } });
  });

  // With a pattern that goes back and forth, a few of these would take seconds.
  it.each(['/score', '/score/stream'])('on %s is refused quickly, however long its type is', async (path) => {
    const blanks = ' '.repeat(200_000);
    const known = path === '/score' ? 'application/json' : 'application/x-ndjson';
    for (const type of [`${known}${blanks}x`, `${known};${blanks}x${blanks}`, `application/${'+'.repeat(200_000)}`]) {
      const headers = { 'content-type': type, 'content-encoding': 'gzip' };
      expect(await post(headers, path)).toMatchObject({ status: 415 });
    }
  });
});
