import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { readFields } from '../../../src/validation/fields.js';

class Base {
  calls = 0;

  get inherited(): string {
    this.calls += 1;
    return 'of the base';
  }

  get shadowed(): string {
    throw new Error('of the base, which nobody asked');
  }
}

class Config extends Base {
  readonly own = 'own';
  readonly #secret = 7;

  override get shadowed(): string {
    this.calls += 1;
    return `${this.#secret}`;
  }

  set written(_: number) {}

  method(): string {
    return 'of the method';
  }
}

describe('the fields of an object', () => {
  it("are its own and its class's getters, each called once", () => {
    const config = new Config();
    const fields = readFields(config);
    expect({ ...fields }).toEqual({
      calls: 0,
      own: 'own',
      inherited: 'of the base',
      shadowed: '7',
      written: undefined,
    });
    expect(config.calls).toBe(2);
  });

  it('hold a method for those who ask for it, and do not list it', () => {
    const fields = readFields(new Config());
    expect([fields.method, Object.keys(fields)]).toEqual([
      Config.prototype.method,
      expect.not.arrayContaining(['method']),
    ]);
    expect(Object.hasOwn(fields, 'constructor')).toBe(false);
  });

  it('may come from a prototype that is a plain object, or from none', () => {
    expect({ ...readFields(Object.create({ workers: 2 })) }).toEqual({ workers: 2 });
    expect({ ...readFields(Object.assign(Object.create(null), { workers: 2 })) }).toEqual({ workers: 2 });
  });

  it('are nothing of the prototype of plain objects, of whatever realm', () => {
    for (const plain of [{}, runInNewContext('({})'), JSON.parse('{}')]) {
      expect(Reflect.ownKeys(readFields(plain))).toEqual([]);
    }
  });

  it('can be called __proto__ without becoming one', () => {
    const holder = Object.defineProperty({}, '__proto__', { get: () => ({ workers: 2 }) });
    const fields = readFields(Object.create(holder));
    expect([Object.keys(fields), fields.workers]).toEqual([['__proto__'], undefined]);
  });
});
