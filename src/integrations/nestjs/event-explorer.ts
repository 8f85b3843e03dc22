import { Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { EventSource } from '../../host/event-source.js';
import { type Subscription, subscriptionKey } from './event-decorators.js';
import { nameOf } from './tokens.js';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds the methods that `@OnFraudAlert` and the like mark, in all providers and controllers, and subscribes them. */
export class EventExplorer implements OnModuleInit, OnModuleDestroy {
  readonly #discovery: DiscoveryService;
  readonly #scanner: MetadataScanner;
  readonly #logger = new Logger('FraudScorer');
  readonly #unsubscribe: (() => void)[] = [];

  constructor(discovery: DiscoveryService, scanner: MetadataScanner) {
    this.#discovery = discovery;
    this.#scanner = scanner;
  }

  onModuleInit(): void {
    const providers = this.#discovery.getProviders();
    for (const wrapper of [...providers, ...this.#discovery.getControllers()]) this.#explore(wrapper, providers);
  }

  onModuleDestroy(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  #explore(wrapper: Wrapper, providers: readonly Wrapper[]): void {
    const prototype: unknown = wrapper.metatype?.prototype;
    if (typeof prototype !== 'object' || prototype === null) return;
    for (const name of this.#scanner.getAllMethodNames(prototype)) {
      const method: unknown = Reflect.get(prototype, name);
      if (typeof method !== 'function') continue;
      const subscription: Subscription | undefined = Reflect.getMetadata(subscriptionKey, method);
      if (subscription === undefined) continue;
      const where = `${wrapper.name}.${name}`;
      if (!wrapper.isDependencyTreeStatic()) {
        this.#logger.warn(`${where} hears no events: providers of a request's scope are not there between requests`);
        continue;
      }
      this.#subscribe(subscription, where, wrapper, name, providers);
    }
  }

  #subscribe(
    { event, scorer }: Subscription,
    where: string,
    wrapper: Wrapper,
    name: string,
    providers: readonly Wrapper[],
  ): void {
    const source: unknown = providers.find(({ token, instance }) => token === scorer && isSource(instance))?.instance;
    if (!isSource(source)) throw new Error(`${where}: there is no scorer that is injected by ${nameOf(scorer)}`);
    const listener = (value: unknown): unknown =>
      Reflect.apply(Reflect.get(wrapper.instance, name), wrapper.instance, [value]);
    source.on(event, listener);
    this.#unsubscribe.push(() => source.off(event, listener));
  }
}

function isSource(value: unknown): value is EventSource {
  return typeof value === 'object' && value !== null && 'on' in value && 'off' in value;
}
