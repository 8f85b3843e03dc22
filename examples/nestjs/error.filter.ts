import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { errorReply } from '../http/error-reply.js';
import { log } from '../http/log.js';

/** Answers every error, the scorer's and NestJS's own, in the same shape. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { status, headers, body } = errorReply(error);
    if (status === 500) {
      log.error('requestFailed', { code: body.error.code, stack: error instanceof Error ? error.stack : undefined });
    }
    if (!response.headersSent) response.status(status).set(headers).json(body);
  }
}
