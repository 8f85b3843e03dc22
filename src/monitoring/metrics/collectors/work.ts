import type { MetricFamily } from '../../../api/metrics.js';
import { counter, gauge } from '../families.js';
import type { MetricsView } from '../metrics-view.js';

/** Waiting requests, running batches, and the workers. */
export function collectWork(view: MetricsView): MetricFamily[] {
  const { queue, workers, batching, explanations, maxQueueSize } = view;
  const { idleWorker, full, delayOver, deadline } = batching.sent;
  return [
    gauge({ name: 'queue_depth', help: 'Requests that wait for a worker.' }, [[{}, queue.depth]]),
    gauge({ name: 'queue_capacity', help: 'The most requests that may wait. Further requests are refused.' }, [
      [{}, maxQueueSize],
    ]),
    gauge(
      {
        name: 'queue_oldest_wait_seconds',
        help: 'How long the oldest request in the queue has waited; 0 when none does.',
        unit: 'seconds',
        aggregation: 'max',
      },
      [[{}, queue.oldestWaitMs / 1000]],
    ),
    gauge({ name: 'in_flight', help: 'Requests in batches that workers hold.' }, [[{}, queue.inFlight]]),
    gauge(
      {
        name: 'workers',
        help: 'Worker threads: configured, ready (of the configured), busy (of the ready).',
      },
      [
        [{ state: 'configured' }, workers.configured],
        [{ state: 'ready' }, workers.ready],
        [{ state: 'busy' }, workers.busy],
      ],
    ),
    counter({ name: 'workers_lost_total', help: 'Worker threads that died or hung. Each is replaced.' }, [
      [{}, workers.lost],
    ]),
    counter({ name: 'batches_sent_total', help: 'Batches by the reason why they were sent.' }, [
      [{ reason: 'idleWorker' }, idleWorker],
      [{ reason: 'full' }, full],
      [{ reason: 'delayOver' }, delayOver],
      [{ reason: 'deadline' }, deadline],
    ]),
    counter({ name: 'explanations_total', help: 'Answers that wanted reasons: with reasons (given), or without.' }, [
      [{ result: 'given' }, explanations.given],
      [{ result: 'skipped' }, explanations.skipped],
    ]),
  ];
}
