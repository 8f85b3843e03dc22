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
    // Aliases share an instance, which hears an event once.
    const explored = new Set<unknown>();
    for (const wrapper of [...providers, ...this.#discovery.getControllers()]) {
      if (explored.has(wrapper.instance)) continue;
      if (wrapper.instance) explored.add(wrapper.instance);
      this.#explore(wrapper, providers);
    }
  }

  onModuleDestroy(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
  }

  #explore(wrapper: Wrapper, providers: readonly Wrapper[]): void {
    const prototype = prototypeOf(wrapper);
    if (prototype === null) return;
    for (const name of this.#scanner.getAllMethodNames(prototype)) {
      const method: unknown = Reflect.get(prototype, name);
      if (typeof method !== 'function') continue;
      const subscription: Subscription | undefined = Reflect.getMetadata(subscriptionKey, method);
      if (subscription === undefined) continue;
      const where = `${String(wrapper.name)}.${name}`;
      if (wrapper.isTransient || !wrapper.isDependencyTreeStatic()) {
        this.#logger.warn(`${where} hears no events: only providers of the default scope are there between requests`);
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

/** Of the instance, which a factory may have made; of the class where there is none between requests. */
function prototypeOf({ instance, metatype }: Wrapper): object | null {
  const prototype: unknown =
    typeof instance === 'object' && instance !== null ? Object.getPrototypeOf(instance) : metatype?.prototype;
  return typeof prototype === 'object' ? prototype : null;
}

function isSource(value: unknown): value is EventSource {
  return typeof value === 'object' && value !== null && 'on' in value && 'off' in value;
}
