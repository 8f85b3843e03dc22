import { headers } from '@nats-io/transport-node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InferenceError, InvalidRequestError } from '../../../../src/errors.js';
import {
  ackWaitMsOf,
  consumerIssues,
  newConsumer,
} from '../../../../src/integrations/nats/stream/consumer-settings.js';
import { deadLetterOf, reasonOf } from '../../../../src/integrations/nats/stream/dead-letter.js';
import { longestRepeatMs, verdictOf } from '../../../../src/integrations/nats/stream/failure-policy.js';
import { decodeJson } from '../../../../src/integrations/nats/stream/json-messages.js';
import { deadLetterId, decisionId } from '../../../../src/integrations/nats/stream/message-ids.js';
import { resolveStreamOptions } from '../../../../src/integrations/nats/stream/stream-options.js';

const usual = { stream: 'S', consumer: 'c', to: 'decisions', deadLetter: 'dead' };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('verdictOf', () => {
  const limits = { maxTries: 5, retryDelayMs: 100 };

  it('gives up a message that is not valid at once', () => {
    expect(verdictOf('ERR_INVALID_REQUEST', 1, limits)).toEqual({ kind: 'dead' });
    expect(verdictOf('ERR_INVALID_OPTIONS', 1, limits)).toEqual({ kind: 'dead' });
  });

  it('doubles the delay with each try up to a minute, until the last try', () => {
    const delays = [1, 2, 3, 4].map((tries) => verdictOf('ERR_QUEUE_FULL', tries, limits));
    expect(delays).toEqual([100, 200, 400, 800].map((delayMs) => ({ kind: 'retry', delayMs })));
    expect(verdictOf(null, 5, limits)).toEqual({ kind: 'dead' });
    expect(verdictOf(null, 500, { maxTries: 1_000, retryDelayMs: 1 })).toEqual({ kind: 'retry', delayMs: 60_000 });
  });
});

describe('longestRepeatMs', () => {
  it('is the ack wait, or the wait for a confirmation and the longest delay of a retry', () => {
    const limits = { maxTries: 2, retryDelayMs: 1_000, maxDeliveries: 4 };
    expect(longestRepeatMs(30_000, 6_000, limits)).toBe(30_000);
    expect(longestRepeatMs(1_000, 6_000, limits)).toBe(10_000);
    expect(longestRepeatMs(1_000, 6_000, { ...limits, maxDeliveries: 1 })).toBe(6_000);
    expect(longestRepeatMs(30_000, 6_000, { ...limits, maxDeliveries: 20 })).toBe(66_000);
  });
});

describe('decisionId', () => {
  it('is the id where a header carries it unchanged, and differs for different ids', () => {
    expect(decisionId('t-1', 'S', 7)).toBe('t-1');
    expect(decisionId(null, 'S', 7)).toBe('S:7');
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.string({ minLength: 1, unit: 'binary' }), (a, b) => {
        const carried = headers();
        carried.set('Nats-Msg-Id', decisionId(a, 'S', 1));
        expect(carried.get('Nats-Msg-Id')).toBe(decisionId(a, 'S', 1));
        expect(decisionId(a, 'S', 1) === decisionId(b, 'S', 1)).toBe(a === b);
      }),
    );
    expect(decisionId('a ', 'S', 1)).not.toBe(decisionId('a', 'S', 1));
    expect(decisionId('a\r\nb', 'S', 1)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(deadLetterId('S', 'c', 1)).not.toBe(decisionId(null, 'S', 1));
  });
});

describe('decodeJson', () => {
  it.each(['', '{', '"4111"', '[]', '{}', 'null', '4111'])('refuses %s without repeating it', (text) => {
    const decode = (): unknown => decodeJson({ data: bytes(text) });
    expect(decode).toThrow(InvalidRequestError);
    expect(decode).not.toThrow(/4111/);
  });

  it('reads a request and its options', () => {
    const request = { id: 'a', features: { x: [1] }, options: { timeoutMs: 5 } };
    expect(decodeJson({ data: bytes(JSON.stringify(request)) })).toEqual(request);
  });
});

describe('deadLetterOf', () => {
  const origin = { stream: 'S', consumer: 'c', sequence: 9, tries: 2 };
  const reason = { code: 'ERR_INFERENCE', message: 'It\r\nfailed' };

  it('keeps payload and headers of the host, but not those that the server acts on', () => {
    const own = headers();
    own.append('Trace-Id', 'a');
    own.append('Nats-Msg-Id', 'b');
    own.append('Nats-Expected-Stream', 'c');
    const letter = deadLetterOf(
      { ...origin, message: { data: bytes('x'), headers: own, subject: 't.eu' } },
      reason,
      1e6,
    );
    expect(letter.data).toEqual(bytes('x'));
    expect(letter.headers.get('Trace-Id')).toBe('a');
    expect(letter.headers.get('Nats-Msg-Id')).toBe('dead-letter:S:c:9');
    expect(letter.headers.has('Nats-Expected-Stream')).toBe(false);
    expect(letter.headers.get('Fraud-Scorer-Reason')).not.toMatch(/[\r\n]/);
    expect(letter.headers.get('Fraud-Scorer-Subject')).toBe('t.eu');
  });

  it('leaves the payload out where both would be too large for the server', () => {
    const message = { data: new Uint8Array(1_000_000), headers: undefined, subject: 't' };
    const letter = deadLetterOf({ ...origin, message: message as never }, reason, 1_000_100);
    expect(letter.data).toHaveLength(0);
    expect(letter.headers.get('Fraud-Scorer-Payload')).toBe('left-out');
  });

  it('repeats only errors of this package, because others may quote the message', () => {
    expect(reasonOf(new InferenceError('It failed'), 'x')).toEqual({ code: 'ERR_INFERENCE', message: 'It failed' });
    expect(JSON.stringify(reasonOf(new Error('card 4111'), 'The scorer'))).not.toContain('4111');
  });
});

describe('resolveStreamOptions', () => {
  it('names each wrong option', () => {
    const wrong = { ...usual, stream: 'a b', to: 'x.>', maxTries: 0, retryDelayMs: 0, decode: 1, maxInflight: 1 };
    const paths = ['stream', 'to', 'maxTries', 'retryDelayMs', 'decode', 'maxInflight'];
    let issues: readonly { path: string }[] = [];
    try {
      resolveStreamOptions(wrong as never);
    } catch (error) {
      issues = (error as { issues: readonly { path: string }[] }).issues;
    }
    expect(issues.map(({ path }) => path).toSorted()).toEqual(paths.toSorted());
  });

  it('needs a stream, a consumer, and both subjects', () => {
    expect(() => resolveStreamOptions({} as never)).toThrow(/stream.*consumer.*to.*deadLetter/s);
  });
});

describe('consumer settings', () => {
  const options = resolveStreamOptions({ ...usual, subject: 'a.>' });

  it('find nothing wrong with a consumer that was created by a worker', () => {
    expect(consumerIssues(newConsumer(options), options)).toEqual([]);
    expect(ackWaitMsOf(newConsumer(options))).toBe(30_000);
  });

  it('take the shortest backoff for the ack wait', () => {
    expect(ackWaitMsOf({ ack_wait: 30e9, backoff: [5e9, 10e9] })).toBe(5_000);
  });

  it('refuse another filter, a push consumer and bare headers', () => {
    const config = { ...newConsumer(options), deliver_subject: 'x', headers_only: true, filter_subject: 'b' };
    const settings = ['deliver_subject', 'headers_only', 'filter_subject'];
    expect(consumerIssues(config, options).map(({ path }) => path)).toEqual(settings.map((name) => `consumer ${name}`));
  });
});
