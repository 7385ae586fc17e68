import type { EventBus, ParkedEvents } from '@swiftcart/events';
import type { Logger } from '@swiftcart/service';
import type { OrdersConfig } from './config.ts';
import type { PaymentProvider } from './payments/payment-provider.ts';
import type { CatalogPort } from './ports/catalog.ts';
import type { DeliveryPort } from './ports/delivery.ts';
import type { UsersPort } from './ports/users.ts';
import type { CrashPoint } from './saga/crash-point.ts';
import type { Store } from './store/store.ts';

/** Everything that lives as long as the process; commands and sagas get it as their first argument. */
export interface ProcessContext {
  readonly store: Store;
  readonly catalog: CatalogPort;
  readonly users: UsersPort;
  readonly delivery: DeliveryPort;
  /** Null where only cash on delivery is taken. */
  readonly payments: PaymentProvider | null;
  readonly config: OrdersConfig;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly bus: EventBus;
  readonly parkedEvents: ParkedEvents;
  /** Tells the outbox relay that there is something to publish. */
  readonly wakeRelay: () => void;
  /** Dies here when a test asked for it. */
  readonly crashPoint: CrashPoint;
}
