import { createRequire } from 'node:module';
import { InvalidOptionsError } from '../../errors.js';
import { packageJson } from '../../packaged-files.js';

/** The module `@opentelemetry/api`. */
export type OpenTelemetryApi = Pick<
  typeof import('@opentelemetry/api'),
  'context' | 'metrics' | 'trace' | 'ROOT_CONTEXT' | 'SpanKind' | 'SpanStatusCode'
>;

/**
 * The module that is installed beside this package. It is not imported, because only a host that asks for it should hear that it is missing.
 *
 * @throws {InvalidOptionsError} where it is not there.
 */
export function loadApi(): OpenTelemetryApi {
  try {
    return createRequire(packageJson())('@opentelemetry/api');
  } catch (error) {
    const expected =
      'the package @opentelemetry/api: run "npm install @opentelemetry/api", or pass the module as `api`';
    const received = 'none that can be loaded from where fraud-scorer is (a host that bundles passes it)';
    throw new InvalidOptionsError([{ path: 'api', expected, received }], 1, { cause: error });
  }
}
