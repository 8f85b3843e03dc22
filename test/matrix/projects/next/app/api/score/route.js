import { FraudScorer, InvalidRequestError } from 'fraud-scorer';

// One scorer for the process, made with the first request.
let scorer;

export async function POST(request) {
  scorer ??= FraudScorer.create({ model: process.env.MODEL });
  try {
    return Response.json(await (await scorer).score(await request.json(), { signal: request.signal }));
  } catch (error) {
    if (error instanceof InvalidRequestError) return Response.json({ issues: error.issues }, { status: 400 });
    throw error;
  }
}
