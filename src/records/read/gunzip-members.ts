import { Buffer } from 'node:buffer';
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { ByteSource } from './byte-source.js';
import type { OnFinding } from './findings.js';
import { gzipHeaderBytes, gzipTrailerBytes } from './gzip-header.js';

/** A member is checked as a whole before any of it is given, up to this length. The writer's are shorter. */
const mostHeldBytes = 64 * 1024 * 1024;

/** So much goes to the decompressor at a time: it may grow a thousandfold. */
const stepBytes = 64 * 1024;

/** Whether all of a member could be read, it goes on beyond the end of the file, or is not as it should be. */
type MemberState = 'whole' | 'cut' | 'damaged';

/** A part of what was compressed. */
export interface Unzipped {
  bytes: Buffer;
  /** Where its member begins in the compressed file. */
  at: number;
  /** Whether something was left out before: what is open does not go on here. */
  isAfterLoss: boolean;
}

/**
 * Decompresses a gzip file of any number of members. A damaged member is told and left out; of one that was cut, what is there is given.
 *
 * @throws {Error} where the file can't be read.
 */
export async function* gunzipMembers(path: string, onFinding: OnFinding): AsyncGenerator<Unzipped> {
  const source = new ByteSource(path);
  let damagedFrom = -1;
  const tellDamage = (): void => {
    if (damagedFrom < 0) return;
    const reason = 'a damaged member of a gzip file';
    onFinding({ what: 'damaged', file: path, byte: damagedFrom, bytes: source.at - damagedFrom, reason });
    damagedFrom = -1;
  };
  try {
    while (await source.fill(1)) {
      const at = source.at;
      const member = new Member();
      const state: MemberState = yield* unzip(source, member, at, damagedFrom >= 0, tellDamage);
      member.close();
      if (state === 'damaged') {
        if (damagedFrom < 0) damagedFrom = at;
        source.rewind();
        source.skip(1);
        await source.skipToMark();
      } else if (state === 'cut') {
        onFinding({ what: 'truncated-tail', file: path, byte: at, bytes: source.at - at });
      }
      source.commit();
    }
    tellDamage();
  } finally {
    await source.close();
  }
}

/** @param onGood called before anything of the member is given. */
async function* unzip(
  source: ByteSource,
  member: Member,
  at: number,
  isAfterLoss: boolean,
  onGood: () => void,
): AsyncGenerator<Unzipped, MemberState> {
  let isFirst = true;
  const take = (): Unzipped => {
    if (isFirst) onGood();
    const unzipped = { bytes: member.take(), at, isAfterLoss: isAfterLoss && isFirst };
    isFirst = false;
    return unzipped;
  };
  const start = await skipHeader(source);
  if (start === 'damaged') return start;
  while (start === 'whole' && !member.hasEnded) {
    if (!(await source.fill(1))) break;
    const step = source.bytes.subarray(0, stepBytes);
    const used = await member.push(step);
    if (used === 'damaged') return 'damaged';
    source.skip(used);
    if (member.heldBytes > mostHeldBytes) {
      yield take();
      source.commit();
    }
  }
  if (!member.hasEnded || !(await source.fill(gzipTrailerBytes))) {
    // Damage can have it read beyond its end.
    if (source.hasMarkBehind) return 'damaged';
    yield take();
    source.skip(source.bytes.length);
    return 'cut';
  }
  const isRight = member.crc === source.bytes.readUInt32LE(0) && member.length === source.bytes.readUInt32LE(4);
  if (!isRight) return 'damaged';
  source.skip(gzipTrailerBytes);
  yield take();
  return 'whole';
}

async function skipHeader(source: ByteSource): Promise<MemberState> {
  for (;;) {
    const header = gzipHeaderBytes(source.bytes);
    if (header === 'damaged') return 'damaged';
    if (header !== null) {
      source.skip(header);
      return 'whole';
    }
    if (!(await source.fill(source.bytes.length + 1))) {
      source.skip(source.bytes.length);
      return 'cut';
    }
  }
}

/** The deflated part of a member. */
class Member {
  hasEnded = false;
  crc = 0;
  /** Of what was compressed, modulo 2³². */
  length = 0;
  heldBytes = 0;
  readonly #inflate: InflateRaw = createInflateRaw();
  #held: Buffer[] = [];
  #hasFailed = false;

  constructor() {
    this.#inflate.on('data', (bytes: Buffer) => {
      this.#held.push(bytes);
      this.heldBytes += bytes.length;
      this.crc = crc32(bytes, this.crc);
      this.length = (this.length + bytes.length) % 2 ** 32;
    });
    this.#inflate.on('end', () => {
      this.hasEnded = true;
    });
    this.#inflate.on('error', () => {
      this.#hasFailed = true;
    });
  }

  /** @returns how many of the bytes belong to the member. */
  async push(bytes: Buffer): Promise<number | 'damaged'> {
    const before = this.#inflate.bytesWritten;
    await new Promise<void>((resolve) => {
      this.#inflate.once('close', resolve);
      this.#inflate.write(bytes, () => {
        this.#inflate.off('close', resolve);
        resolve();
      });
    });
    if (this.#hasFailed) return 'damaged';
    const used = this.#inflate.bytesWritten - before;
    // It takes all of what it is given until the member ends.
    if (used < bytes.length) this.hasEnded = true;
    return used;
  }

  /** Lets go of what was held. */
  take(): Buffer {
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.heldBytes = 0;
    return bytes;
  }

  close(): void {
    this.#inflate.destroy();
  }
}
