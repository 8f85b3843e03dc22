import type { IncomingMessage } from 'node:http';
import { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { sendNode } from '../../../src/integrations/http/node-send.js';
import { OrderedTexts } from '../../../src/integrations/http/ordered-texts.js';
import { FakeClock } from '../../support/fake-clock.js';

/** A response whose client went away before it was answered. */
function goneResponse(): { request: IncomingMessage; response: ServerResponse } {
  const request = { method: 'GET', complete: true, headers: {} } as IncomingMessage;
  const response = new ServerResponse(request);
  response.destroy();
  return { request, response };
}

describe('sendNode, where the client has gone', () => {
  it('ends a stream that nobody will read', () => {
    const { request, response } = goneResponse();
    const body = new PassThrough();
    sendNode({ status: 200, headers: {}, body }, request, response, new FakeClock());
    expect(body.destroyed).toBe(true);
  });

  it('gives up lines that nobody will read', async () => {
    const { request, response } = goneResponse();
    const body = new OrderedTexts(1);
    body.add(Promise.resolve('line\n'));
    const room = body.room();
    sendNode({ status: 200, headers: {}, body }, request, response, new FakeClock());
    await room;
    expect(body.isGivenUp).toBe(true);
  });
});
