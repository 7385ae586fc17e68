import type { Metrics } from '@swiftcart/service';
import type { EndReason } from './subscriber.ts';

/** What live streams report. Every method is a counter or a gauge; without metrics they do nothing. */
export interface StreamMetrics {
  socketOpened(transport: Transport): void;
  socketClosed(transport: Transport): void;
  subscribed(): void;
  ended(reason: EndReason): void;
  upstreamOpened(): void;
  upstreamClosed(): void;
  /** An event arrived and was handed to its subscribers so many seconds later. */
  event(subscribers: number, seconds: number): void;
  /** A consumer was too slow and was disconnected. */
  dropped(): void;
  /** A lost upstream is opened again. */
  reconnecting(subgraph: string): void;
  /** Two streams that stood at the same position became one. */
  merged(): void;
}

export type Transport = 'websocket' | 'sse';

export function createStreamMetrics(metrics: Metrics | undefined): StreamMetrics {
  const sockets = metrics?.gauge('sockets_open', 'Client connections that carry streams.', ['transport']);
  const streams = metrics?.gauge('streams_open', 'Subscriptions of clients.');
  const upstreams = metrics?.gauge('upstream_streams_open', 'Subscriptions at subgraphs.');
  const sharing = metrics?.gauge('stream_sharing_ratio', 'Subscriptions of clients for each one at subgraphs.');
  const events = metrics?.counter('stream_events_total', 'Events that arrived from subgraphs.');
  const deliveries = metrics?.counter('stream_deliveries_total', 'Events handed to subscribers.');
  const lag = metrics?.histogram('stream_lag_seconds', 'From the arrival of an event to its last hand-over.');
  const drops = metrics?.counter('stream_drops_total', 'Consumers disconnected because they were too slow.');
  const reconnects = metrics?.counter('upstream_reconnects_total', 'Lost upstream streams opened again.', ['subgraph']);
  const merges = metrics?.counter('stream_merges_total', 'Streams that became one.');
  const ends = metrics?.counter('stream_ends_total', 'Subscriptions that ended.', ['reason']);
  let open = 0;
  let upstream = 0;
  const changed = () => {
    streams?.set(open);
    upstreams?.set(upstream);
    sharing?.set(upstream === 0 ? 0 : open / upstream);
  };
  return {
    socketOpened: (transport) => sockets?.inc({ transport }),
    socketClosed: (transport) => sockets?.dec({ transport }),
    subscribed() {
      open += 1;
      changed();
    },
    ended(reason) {
      open -= 1;
      ends?.inc({ reason });
      changed();
    },
    upstreamOpened() {
      upstream += 1;
      changed();
    },
    upstreamClosed() {
      upstream -= 1;
      changed();
    },
    event(subscribers, seconds) {
      events?.inc();
      deliveries?.inc(subscribers);
      lag?.observe(seconds);
    },
    dropped: () => drops?.inc(),
    reconnecting: (subgraph) => reconnects?.inc({ subgraph }),
    merged: () => merges?.inc(),
  };
}
