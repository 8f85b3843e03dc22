import { type InjectionToken, SetMetadata } from '@nestjs/common';
import type { EventName } from '../../host/events.js';
import { rootToken } from './tokens.js';

/** What a method listens to. */
export interface Subscription {
  readonly event: EventName;
  readonly scorer: InjectionToken;
}

export const subscriptionKey = 'fraud-scorer:subscription';

/**
 * Has a method of a provider called with each alert: see `docs/alerts.md`.
 *
 * @param scorer by which it is injected. @default the root's
 * @example
 * \@OnFraudAlert()
 * page(alert: Alert) {
 *   this.pager.send(alert.severity, alert.message);
 * }
 */
export function OnFraudAlert(scorer: InjectionToken = rootToken): MethodDecorator {
  return listenTo('alert', scorer);
}

/** Has a method of a provider called with each alert that is over. @param scorer by which it is injected. @default the root's */
export function OnFraudAlertCleared(scorer: InjectionToken = rootToken): MethodDecorator {
  return listenTo('alertCleared', scorer);
}

/** Has a method of a provider called with each event of a version: deployed, promoted, rolled back, retired and so on. @param scorer by which it is injected. @default the root's */
export function OnDeployment(scorer: InjectionToken = rootToken): MethodDecorator {
  return listenTo('deployment', scorer);
}

function listenTo(event: EventName, scorer: InjectionToken): MethodDecorator {
  const subscription: Subscription = { event, scorer };
  return SetMetadata(subscriptionKey, subscription);
}
