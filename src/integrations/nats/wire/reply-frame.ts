import type { Provider } from '../../../api/provider.js';
import type { Decision, ModelIdentity, ModelResult, Reason, RiskLevel, ScoreResult } from '../../../api/result.js';
import type { FraudScorerError } from '../../../errors.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { FrameError } from './frame-error.js';
import { frameKinds, frameVersion, magic, mostRows } from './kinds.js';
import { readHead } from './request-frame.js';
import { readSentError, receivedError, sentError } from './sent-error.js';
import { packValue, unpackValue } from './values.js';

const decisions: readonly Decision[] = ['APPROVE', 'REVIEW', 'BLOCK'];
const levels: readonly RiskLevel[] = ['LOW', 'MEDIUM', 'HIGH'];
const deciders = ['policy', 'host'] as const;
const statuses = { model: 0, fallback: 1, error: 2 } as const;

/** The models of a reply are counted in one byte. */
const mostModels = 255;

/** The outcome of a request on a node. */
export type NodeOutcome = { result: ScoreResult } | { error: unknown };

/** Writes outcomes of a frame's rows. A frame may be answered in several replies, so each outcome is sent with the place of its row. */
export class ReplyFrame {
  readonly #writer = new ByteWriter(1024);
  readonly #models = new Map<string, number>();
  readonly #list: { model: ModelIdentity; provider: Provider }[] = [];
  #last: ModelResult | null = null;
  #lastPlace = 0;
  #count = 0;

  /**
   * @param place of the row in its frame. @param outcome of any form, because a scorer of the host's own may give anything. What cannot be sent
   * is sent as `ERR_INFERENCE`.
   */
  add(place: number, outcome: NodeOutcome): void {
    const writer = this.#writer;
    this.#count += 1;
    writer.u16(place);
    const start = writer.length;
    try {
      this.#write(outcome);
    } catch {
      writer.truncate(start);
      this.#write({ error: null });
    }
  }

  /** @param rows of the whole frame. */
  bytes(rows: number): Uint8Array {
    const head = new ByteWriter(64 + this.#writer.length);
    head.u8(magic);
    head.u8(frameVersion);
    head.u8(frameKinds.reply);
    head.u16(rows);
    head.u16(this.#count);
    head.u8(this.#list.length);
    for (const { model, provider } of this.#list) {
      head.text(model.name);
      head.text(model.version);
      head.text(provider);
    }
    head.raw(this.#writer.bytes());
    return head.bytes();
  }

  /** @throws {Error} if it has not the form of an outcome. */
  #write(outcome: NodeOutcome): void {
    const writer = this.#writer;
    if ('error' in outcome) {
      writer.u8(statuses.error);
      writer.block(packValue(sentError(outcome.error)));
      return;
    }
    const { result } = outcome;
    if (result.source === 'fallback') {
      writer.u8(statuses.fallback);
      writer.u8(placeIn(decisions, result.decision));
      writer.text(result.error);
      writer.f32(result.timing.totalMs);
      return;
    }
    const { decision, riskLevel, decidedBy, fraudProbability, riskScore, timing, attention, reasons } = result;
    writer.u8(statuses.model);
    const hasMore = attention !== undefined || reasons !== undefined;
    writer.u8(
      placeIn(decisions, decision) |
        (placeIn(levels, riskLevel) << 2) |
        (placeIn(deciders, decidedBy) << 4) |
        (hasMore ? 32 : 0),
    );
    writer.u8(this.#placeOf(result));
    writer.f32(fraudProbability);
    writer.f32(riskScore);
    writer.f32(timing.queueMs);
    writer.f32(timing.inferenceMs);
    writer.f32(timing.totalMs);
    writer.u16(Math.min(timing.batchSize, 65_535));
    if (hasMore) writer.block(packValue({ ...(attention && { attention }), ...(reasons && { reasons }) }));
  }

  #placeOf(result: ModelResult): number {
    const last = this.#last;
    if (last !== null && last.model === result.model && last.provider === result.provider) return this.#lastPlace;
    const { model, provider } = result;
    const key = JSON.stringify([model.name, model.version, provider]);
    let place = this.#models.get(key);
    if (place === undefined) {
      place = this.#list.length;
      if (typeof model.name !== 'string' || typeof model.version !== 'string') {
        throw new FrameError('an outcome has a model without a name and version');
      }
      providerOf(provider);
      if (place >= mostModels) throw new FrameError(`the outcomes are of more than ${mostModels} models`);
      this.#models.set(key, place);
      this.#list.push({ model, provider });
    }
    this.#last = result;
    this.#lastPlace = place;
    return place;
  }
}

/** The outcome of a request as a client reads it. */
export type ReceivedOutcome = ScoreResult | FraudScorerError;

/** Outcomes of some rows of a frame. */
export interface ReceivedReply {
  /** Of the whole frame. */
  rows: number;
  /** The places of these rows in the frame. */
  places: number[];
  /** One for each place. */
  outcomes: ReceivedOutcome[];
}

/**
 * Reads a reply.
 *
 * @param idOf the id of the request at this place of the frame. The node does not send it back.
 * @throws {FrameError} if it is not a whole reply.
 */
export function readReply(bytes: Uint8Array, idOf: (place: number) => string | undefined): ReceivedReply {
  const reader = new ByteReader(bytes);
  readHead(reader, frameKinds.reply);
  const [rows, count] = [reader.u16(), reader.u16()];
  if (rows > mostRows || count > rows) throw new FrameError('the reply has more rows than the frame');
  const models: { model: ModelIdentity; provider: Provider }[] = [];
  for (let left = reader.u8(); left > 0; left -= 1) {
    const model = { name: reader.text(), version: reader.text() };
    models.push({ model, provider: providerOf(reader.text()) });
  }
  const places: number[] = [];
  const outcomes: ReceivedOutcome[] = [];
  for (let left = count; left > 0; left -= 1) {
    const place = reader.u16();
    if (place >= rows) throw new FrameError('the reply has a row that the frame has not');
    places.push(place);
    outcomes.push(readOutcome(reader, models, idOf(place)));
  }
  reader.end();
  return { rows, places, outcomes };
}

function readOutcome(
  reader: ByteReader,
  models: readonly { model: ModelIdentity; provider: Provider }[],
  id: string | undefined,
): ReceivedOutcome {
  const status = reader.u8();
  if (status === statuses.error) return receivedError(readSentError(unpackValue(reader.block())));
  if (status === statuses.fallback) {
    const decision = itemOf(decisions, reader.u8());
    const { code } = receivedError({ code: reader.text(), message: '' });
    return {
      source: 'fallback',
      decision,
      error: code,
      timing: { totalMs: reader.f32() },
      fraudProbability: null,
      riskScore: null,
      riskLevel: null,
      ...(id === undefined ? {} : { id }),
    };
  }
  if (status !== statuses.model) throw new FrameError('a row of the reply is of no known kind');
  return readModelResult(reader, models, id);
}

function readModelResult(
  reader: ByteReader,
  models: readonly { model: ModelIdentity; provider: Provider }[],
  id: string | undefined,
): ModelResult {
  const bits = reader.u8();
  const { model, provider } = itemOf(models, reader.u8());
  const decision = itemOf(decisions, bits & 3);
  const decidedBy = bits & 16 ? 'host' : 'policy';
  const fraudProbability = reader.f32();
  const riskScore = reader.f32();
  const riskLevel = itemOf(levels, (bits >> 2) & 3);
  const timing = { queueMs: reader.f32(), inferenceMs: reader.f32(), totalMs: reader.f32(), batchSize: reader.u16() };
  const result: ModelResult =
    id === undefined
      ? { source: 'model', decision, decidedBy, fraudProbability, riskScore, riskLevel, model, provider, timing }
      : { source: 'model', id, decision, decidedBy, fraudProbability, riskScore, riskLevel, model, provider, timing };
  if (bits & 32) addMore(result, unpackValue(reader.block()));
  return result;
}

function addMore(result: ModelResult, more: unknown): void {
  if (typeof more !== 'object' || more === null) throw new FrameError('a row of the reply cannot be read');
  const attention: unknown = Reflect.get(more, 'attention');
  const reasons: unknown = Reflect.get(more, 'reasons');
  if (Array.isArray(attention) && attention.every(isNumber)) result.attention = attention;
  if (Array.isArray(reasons) && reasons.every(isReason)) result.reasons = reasons;
}

function placeIn<T>(list: readonly T[], item: T): number {
  const place = list.indexOf(item);
  if (place < 0) throw new FrameError('an outcome has a value that is not known');
  return place;
}

function itemOf<T>(list: readonly T[], place: number): T {
  const item = list[place];
  if (item === undefined) throw new FrameError('a row of the reply names something that is not there');
  return item;
}

function providerOf(text: unknown): Provider {
  if (text === 'cpu' || text === 'cuda' || text === 'tensorrt') return text;
  throw new FrameError('an outcome names a provider that is not known');
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isReason(value: unknown): value is Reason {
  if (typeof value !== 'object' || value === null) return false;
  const { input, feature, contribution, direction } = value as Partial<Record<keyof Reason, unknown>>;
  return (
    typeof input === 'string' &&
    typeof feature === 'string' &&
    typeof contribution === 'number' &&
    (direction === 'raises' || direction === 'lowers')
  );
}
