import { describe, expect, it } from 'vitest';
import { nearestName } from '../../../src/validation/nearest-name.js';

const known = ['amount', 'hour', 'merchant_country', 'card_age_days', 'V1', 'V10', 'V11'];

describe('nearestName', () => {
  it.each([
    ['amuont', 'amount'],
    ['Amount', 'amount'],
    ['ammount', 'amount'],
    ['hours', 'hour'],
    ['merchantCountry', 'merchant_country'],
    ['merchant-contry', 'merchant_country'],
    ['card_age_day', 'card_age_days'],
    ['v10', 'V10'],
  ])('finds for %s what was meant, %s', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });

  it('finds nothing that is like none, nor among nothing', () => {
    for (const name of ['merchant_id_of_the_acquirer', 'q', '', 'zzzzzz']) expect(nearestName(name, known)).toBeNull();
    expect(nearestName('amount', [])).toBeNull();
  });

  it('takes no long time over long names', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `${'x'.repeat(5_000)}${index}`);
    expect(nearestName('x'.repeat(100_000), names)).toBe(names[0]);
  });
});
