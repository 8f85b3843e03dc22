/** Something that is measured for a while. */
export interface Contender<T> {
  name: string;
  slice: (durationMs: number) => Promise<T>;
}

export interface AlternateOptions {
  rounds: number;
  sliceMs: number;
  /** A round that is not kept, of slices half as long, before the others. @default true */
  warmUp?: boolean;
  /**
   * 'rotated': each round another contender begins. 'mirrored': each second round is in the opposite order, so that of any two contenders
   * each goes first as often as the other. @default 'rotated'
   */
  order?: 'rotated' | 'mirrored';
  onSlice?: (name: string) => void;
}

/** What each contender's slices gave, round by round. */
export class Rounds<T> {
  readonly #slices = new Map<string, T[]>();

  constructor(names: readonly string[]) {
    for (const name of names) this.#slices.set(name, []);
  }

  add(name: string, value: T): void {
    this.of(name).push(value);
  }

  /** @throws {RangeError} where there is no such contender. */
  of(name: string): T[] {
    const slices = this.#slices.get(name);
    if (slices !== undefined) return slices;
    throw new RangeError(`name: expected one of ${[...this.#slices.keys()].join(', ')}, received ${name}`);
  }
}

/**
 * Lets contenders take turns, a slice each a round, so that a machine that is slow for a while is so for all of them. The order
 * changes each round: no contender always runs behind the same one.
 */
export async function alternate<T>(
  contenders: readonly Contender<T>[],
  { rounds, sliceMs, warmUp = true, order = 'rotated', onSlice = () => {} }: AlternateOptions,
): Promise<Rounds<T>> {
  const results = new Rounds<T>(contenders.map(({ name }) => name));
  if (warmUp) for (const { slice } of contenders) await slice(sliceMs / 2);
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of order === 'mirrored' ? mirrored(contenders, round) : rotated(contenders, round)) {
      results.add(contender.name, await contender.slice(sliceMs));
      onSlice(contender.name);
    }
  }
  return results;
}

function rotated<T>(contenders: readonly T[], round: number): T[] {
  const first = round % contenders.length;
  return [...contenders.slice(first), ...contenders.slice(0, first)];
}

function mirrored<T>(contenders: readonly T[], round: number): T[] {
  return round % 2 === 0 ? [...contenders] : [...contenders].reverse();
}
