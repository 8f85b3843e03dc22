// What the fragments of the documentation use without declaring it. A page may give more for one block: <!-- given: const x: string; -->
import type express from 'express';
import type { FraudScorer as Class, Logger, ScoreRequest } from 'fraud-scorer';

declare global {
  const FraudScorer: typeof Class;
  type FraudScorer = Class;
  const scorer: Class;
  const request: ScoreRequest;
  const requests: ScoreRequest[];
  const features: Record<string, number>;
  const customerId: string;
  const logger: Logger;
  const log: Logger;
  const app: ReturnType<typeof express>;
  /** Has a person called. */
  function page(severity: string, message: string): void;
}
