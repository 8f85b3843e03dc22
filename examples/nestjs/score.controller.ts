import { Body, Controller, Get, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { FraudScorer, Health, ScoreRequest, ScoreResult, Summary } from 'fraud-scorer';
import { clientSignal } from '../http/client-signal.js';
import { SCORER } from './scorer.token.js';

/** The scorer over HTTP; what it throws, the error filter answers. */
@Controller()
export class ScoreController {
  readonly #scorer: FraudScorer;

  constructor(@Inject(SCORER) scorer: FraudScorer) {
    this.#scorer = scorer;
  }

  /** The scorer validates the body itself: whatever JSON came may be given to it. */
  @Post('score')
  @HttpCode(200)
  score(@Body() body: ScoreRequest, @Res({ passthrough: true }) response: Response): Promise<ScoreResult> {
    return this.#scorer.score(body, { signal: clientSignal(response) });
  }

  @Get('summary')
  summary(): Summary {
    return this.#scorer.summary();
  }

  @Get('health')
  health(@Res({ passthrough: true }) response: Response): Health {
    const health = this.#scorer.health();
    response.status(health.ready ? 200 : 503);
    return health;
  }
}
