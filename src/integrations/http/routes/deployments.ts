import type { DeploymentSummary, DeployOptions } from '../../../api/deployment.js';
import { describeNonText } from '../../../validation/issues.js';
import { json, type RouteContext, type RouteDefinition } from '../context.js';
import { readJson } from '../json-body.js';
import { isObject, refusedBody, refusedField } from '../list-body.js';
import type { HttpScorer, RouteName } from '../types.js';

/** What the control routes need: all of it, or none of them is there. */
type Controlled = Required<
  Pick<HttpScorer, 'deploy' | 'setTraffic' | 'promote' | 'rollback' | 'retire' | 'deployments'>
>;

type Fields = Readonly<Record<string, unknown>>;

/** What a client may do with versions. Only where `authorize` guards it. */
export function deploymentRoutes(context: RouteContext): RouteDefinition[] {
  const { scorer, options } = context;
  if (options.authorize === null || !options.deployments || !isControlled(scorer)) return [];
  const control = (
    path: string,
    name: RouteName,
    status: number,
    act: (body: unknown) => Promise<unknown>,
  ): RouteDefinition => ({
    ...{ method: 'POST', path, name, accepts: 'json', maxBodyBytes: options.maxBodyBytes },
    answer: async (request) => json(await act(await readJson(request, context, options.maxBodyBytes)), status),
  });
  const list = (): { deployments: DeploymentSummary[] } => ({ deployments: scorer.deployments() });
  return [
    {
      method: 'GET',
      path: '/deployments',
      name: 'listDeployments',
      accepts: null,
      maxBodyBytes: 0,
      answer: () => json(list()),
    },
    control('/deployments', 'deploy', 201, async (body) => {
      const { directory, ...rest } = fieldsOf(body);
      if (typeof directory !== 'string' || directory === '')
        throw refusedField('directory', 'the path of a model directory', directory);
      return scorer.deploy(directory, rest as DeployOptions);
    }),
    control('/deployments/traffic', 'setTraffic', 200, async (body) => {
      const { shares } = fieldsOf(body);
      if (!isObject(shares)) throw refusedField('shares', 'an object of shares by version', shares);
      scorer.setTraffic(shares as Record<string, number>);
      return list();
    }),
    control('/deployments/promote', 'promote', 200, async (body) => scorer.promote(versionIn(body))),
    {
      ...{ method: 'POST', path: '/deployments/rollback', name: 'rollback', accepts: null, maxBodyBytes: 0 },
      answer: async () => json(await scorer.rollback()),
    },
    control('/deployments/retire', 'retire', 200, async (body) => {
      await scorer.retire(versionIn(body));
      return list();
    }),
  ];
}

function isControlled(scorer: HttpScorer): scorer is HttpScorer & Controlled {
  const names = ['deploy', 'setTraffic', 'promote', 'rollback', 'retire', 'deployments'] as const;
  return names.every((name) => typeof scorer[name] === 'function');
}

function fieldsOf(body: unknown): Fields {
  if (isObject(body)) return { ...body };
  throw refusedBody('an object', body);
}

function versionIn(body: unknown): string {
  const { version } = fieldsOf(body);
  if (typeof version === 'string' && version !== '') return version;
  throw refusedField('version', 'the version of a model that is live, as a text', version, describeNonText(version));
}
