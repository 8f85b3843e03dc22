// Run by Jest, whose fake timers replace more than any other's: queueMicrotask and process.nextTick too.
const { FraudScorer } = require('fraud-scorer');
const { FeatureBuilder, generateTransactions } = require('fraud-scorer/reference');

const builder = new FeatureBuilder();
const [transaction] = generateTransactions({ seed: 1, days: 1, customers: 20 });
const features = builder.next(transaction);
const options = { workers: 1, providers: ['cpu'], model: process.env.MODEL };

test('scores before, while and after fake timers are installed', async () => {
  const before = await FraudScorer.create(options);
  expect((await before.score({ features })).source).toBe('model');
  jest.useFakeTimers();
  expect((await before.score({ features })).source).toBe('model');
  expect((await before.score({ features }, { explain: true })).reasons.length).toBeGreaterThan(0);
  expect((await before.score({ features }, { explain: true })).reasons.length).toBeGreaterThan(0);
  const during = await FraudScorer.create(options);
  expect((await during.score({ features })).source).toBe('model');
  jest.useRealTimers();
  for (const scorer of [before, during]) {
    expect((await scorer.score({ features }, { explain: true })).reasons.length).toBeGreaterThan(0);
    await scorer.close();
  }
});

test('has a method to dispose of it, and none called undefined', () => {
  const keys = Reflect.ownKeys(FraudScorer.prototype);
  expect(keys).not.toContain('undefined');
  expect(keys).toContain(Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose'));
});

test('says what is wrong with a model that is not there', async () => {
  await expect(FraudScorer.create({ ...options, model: 'nowhere' })).rejects.toMatchObject({
    code: 'ERR_MODEL_INVALID',
    message: expect.stringContaining('found none'),
  });
});

test('takes a URL of this realm', async () => {
  const scorer = await FraudScorer.create({
    ...options,
    workerFile: new URL(`file://${require.resolve('fraud-scorer/worker')}`),
  });
  expect(scorer.health().status).toBe('ok');
  await scorer.close();
});
