import { headers, type Msg } from '@nats-io/transport-node';
import type { Logger } from '../../../api/logger.js';
import { magic } from '../wire/kinds.js';
import { type Refusal, type RefusalKind, refusalFrame } from '../wire/refusal.js';
import { receivedError, sentError } from '../wire/sent-error.js';

const codes: Readonly<Record<RefusalKind, string>> = {
  busy: 'ERR_UNAVAILABLE',
  draining: 'ERR_UNAVAILABLE',
  layout: 'ERR_INVALID_REQUEST',
  tooLarge: 'ERR_INVALID_REQUEST',
  malformed: 'ERR_INVALID_REQUEST',
};

/** Sends the answers of a node. Errors are told in headers too, as the services API of NATS has it. */
export class NodeAnswers {
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  answer(message: Msg, body: Uint8Array | string): void {
    this.#respond(message, (to) => to.respond(body));
  }

  /** A message is refused as a whole, in the form that it came in. */
  refuse(message: Msg, { kind, detail }: Refusal): void {
    if (kind === 'malformed' || kind === 'tooLarge') {
      this.#logger.error('A message to the scoring service was refused', { reason: kind, detail });
    }
    const code = codes[kind];
    // Only a client of this package sends frames, and reads them.
    const body =
      message.data[0] === magic
        ? refusalFrame({ kind, detail })
        : JSON.stringify({ error: sentError(receivedError({ code, message: detail })) });
    this.#answerWithHeaders(message, body, code, kind === 'layout' ? 'the frame has another layout' : detail);
  }

  /** A request that came as JSON has failed. @returns the code of the error. */
  fail(message: Msg, error: unknown): string {
    const sent = sentError(error);
    this.#answerWithHeaders(message, JSON.stringify({ error: sent }), sent.code, sent.message);
    return sent.code;
  }

  #answerWithHeaders(message: Msg, body: Uint8Array | string, code: string, description: string): void {
    this.#respond(message, (to) => {
      const errorHeaders = headers();
      errorHeaders.set('Nats-Service-Error-Code', code);
      errorHeaders.set('Nats-Service-Error', oneLine(description));
      to.respond(body, { headers: errorHeaders });
    });
  }

  #respond(message: Msg, respond: (to: Msg) => void): void {
    // A message without a reply subject wants no answer.
    if (message.reply === undefined || message.reply === '') return;
    try {
      respond(message);
    } catch (error) {
      const reason = error instanceof Error ? error.name : 'unknown';
      this.#logger.error('An answer of the scoring service could not be sent', { reason });
    }
  }
}

/** A header has no line ends. */
function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 1_000);
}
