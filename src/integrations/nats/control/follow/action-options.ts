import type { DeployOptions } from '../../../../api/deployment.js';
import type { Action } from './next-action.js';

/** The options of `deploy` for a version that the fleet wants. */
export function optionsOf({ role, version }: Extract<Action, { kind: 'deploy' }>): DeployOptions {
  const policy = version.policy === undefined ? {} : { policy: version.policy };
  switch (role.kind) {
    case 'primary':
      return { ...policy, traffic: 1 };
    case 'challenger':
      return { ...policy, traffic: role.traffic };
    case 'shadow':
      return { ...policy, traffic: 'shadow', ...(role.sample === undefined ? {} : { sample: role.sample }) };
  }
}
