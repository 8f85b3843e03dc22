import type { DeployOptions } from '../../../../api/deployment.js';
import type { DecisionPolicy } from '../../../../api/policy.js';
import type { Action } from './next-action.js';

/** The options of `deploy` for a version that the fleet wants. @param policy the fleet's thresholds for it. */
export function optionsOf(
  { role }: Extract<Action, { kind: 'deploy' }>,
  policy: Partial<DecisionPolicy>,
): DeployOptions {
  switch (role.kind) {
    case 'primary':
      return { policy, traffic: 1 };
    case 'challenger':
      return { policy, traffic: role.traffic };
    case 'shadow':
      return { policy, traffic: 'shadow', ...(role.sample === undefined ? {} : { sample: role.sample }) };
  }
}
