import type { Operation } from '../history.ts';
import type { Following } from '../load/followers.ts';

// The documents as they lie in the databases, as far as the checks read them.

export interface StoredProduct {
  readonly _id: string;
  readonly stock: {
    readonly available: number;
    readonly reserved: number;
    readonly sold: number;
    readonly initial: number;
    readonly restocked: number;
  };
  readonly holds: readonly { readonly orderId: string; readonly quantity: number; readonly state: string }[];
  readonly adjustments?: readonly { readonly key: string; readonly delta: number }[];
}

export interface StoredOrder {
  readonly _id: string;
  readonly customerId: string;
  readonly idempotencyKey: string;
  readonly cartId: string;
  readonly cartVersion: number;
  readonly isVisible: boolean;
  readonly status: string;
  readonly refusal: { readonly code: string } | null;
  readonly request: { readonly lines: readonly { readonly productId: string; readonly quantity: number }[] };
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  readonly payment: {
    readonly method: string;
    readonly amount: number;
    readonly capturedAmount: number;
    readonly refunds: readonly {
      readonly _id: string;
      readonly idempotencyKey: string;
      readonly amount: number;
      readonly status: string;
    }[];
  };
  readonly cancellation: { readonly cancelledBy: string } | null;
  readonly events: readonly { readonly sequence: number; readonly kind: string }[];
  readonly saga: { readonly todo: readonly string[]; readonly dueAt: Date | null };
}

/** A payment in the pretended provider's own books. */
export interface StoredPayment {
  readonly _id: string;
  readonly orderId: string;
  readonly amount: number;
  /** The test card that was used: it says what the provider does. */
  readonly token: string;
  readonly state: string;
  readonly refunds: readonly { readonly key: string; readonly amount: number }[];
  readonly refundedAmount: number;
}

export interface StoredCart {
  readonly _id: string;
  readonly ownerId: string | null;
  readonly version: number;
  readonly items: readonly { readonly productId: string; readonly quantity: number }[];
}

export interface StoredDelivery {
  readonly _id: string;
  readonly state: string;
  readonly riderId: string | null;
  readonly riderUserId: string | null;
  readonly proof: { readonly method: string } | null;
  readonly sequence: number;
  readonly timeline: readonly {
    readonly sequence: number;
    readonly kind: string;
    readonly from: string | null;
    readonly to: string;
    readonly requestKey: string | null;
    readonly actorKind: string;
    readonly actorId: string | null;
    readonly occurredAt: Date;
  }[];
}

export interface StoredRider {
  readonly _id: string;
  readonly load: number;
  readonly claims: readonly { readonly orderId: string; readonly claimedAt: Date }[];
}

/** Everything a run leaves behind: the databases once they are quiet, and what the clients saw. */
export interface Evidence {
  readonly products: readonly StoredProduct[];
  readonly orders: readonly StoredOrder[];
  readonly payments: readonly StoredPayment[];
  readonly carts: readonly StoredCart[];
  readonly deliveries: readonly StoredDelivery[];
  readonly riders: readonly StoredRider[];
  /** When the databases were read. */
  readonly readAt: Date;
  /** Events that were never handed on, by collection. */
  readonly waitingEvents: Readonly<Record<string, number>>;
  readonly parkedEvents: number;
  readonly operations: readonly Operation[];
  /** What each subscriber received; `expected` is how far its order's history was when everything was quiet. */
  readonly followings: readonly (Following & { readonly expected: number })[];
}

/** What one invariant's check found. A violation is a sentence with the ids to look at. */
export interface CheckResult {
  readonly name: string;
  /** How many things were held against the invariant. */
  readonly checked: number;
  readonly violations: readonly string[];
}

export type Check = (evidence: Evidence) => CheckResult;

/** Runs `judge` on each subject; what it returns are violations. */
export function checkEach<Subject>(
  name: string,
  subjects: Iterable<Subject>,
  judge: (subject: Subject) => readonly string[],
): CheckResult {
  let checked = 0;
  const violations: string[] = [];
  for (const subject of subjects) {
    checked += 1;
    violations.push(...judge(subject));
  }
  return { name, checked, violations };
}

/** Groups by a key, in the order of first appearance. */
export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** Whether the order was ever confirmed, and so had to be sold, delivered and taken out of the cart. */
export const wasConfirmed = ({ events }: StoredOrder): boolean => events.some(({ kind }) => kind === 'CONFIRMED');

/** Confirmed and not given up since: its goods count as sold. */
export const isSold = ({ status }: StoredOrder): boolean =>
  status === 'CONFIRMED' || status === 'COMPLETED' || status === 'CANCELLATION_REQUESTED';

/** Open and not paid: its goods are reserved. */
export const isUnpaid = ({ isVisible, status }: StoredOrder): boolean =>
  isVisible && (status === 'PENDING_PAYMENT' || status === 'PAYMENT_FAILED');
