import { requireUser, unauthenticated } from '@swiftcart/graphql';
import { type AssertionVerifier, hasRole, type Viewer } from '@swiftcart/identity';
import { correlationIdOf, HEADERS, type SubgraphRequest } from '@swiftcart/service';
import type { CartCaller } from './commands/cart-access.ts';
import type { Order } from './domain/order.ts';
import { createLoaders, type Loaders } from './loaders.ts';
import type { ProcessContext } from './process-context.ts';

/** Everything one operation needs; resolvers get it as their third argument. */
export interface RequestContext {
  readonly process: ProcessContext;
  readonly viewer: Viewer;
  readonly correlationId: string;
  /** Whose cart is meant. */
  readonly cartCaller: CartCaller;
  readonly loaders: Loaders;
}

/** Throws UNAUTHENTICATED without a valid assertion: even anonymous clients come with one, so this is nobody's client. */
export function createRequestContext(
  process: ProcessContext,
  verifier: AssertionVerifier,
  request: SubgraphRequest,
): RequestContext {
  const viewer = verifier.verify(request.headers[HEADERS.identity]);
  if (!viewer) throw unauthenticated('This subgraph answers only callers that the gateway vouches for.');
  const cartCaller = {
    customerId: viewer.kind === 'user' ? viewer.userId : null,
    cartToken: request.headers[HEADERS.cartToken]?.slice(0, 128) ?? null,
  };
  return {
    process,
    viewer,
    correlationId: correlationIdOf(request.headers),
    cartCaller,
    loaders: createLoaders(process, cartCaller),
  };
}

/** Whether the caller may see an order: owner, assigned rider, operators, and the shop's own services. */
export function maySee(order: Order | null, { viewer }: Pick<RequestContext, 'viewer'>): order is Order {
  if (!order?.isVisible) return false;
  if (viewer.kind === 'service') return true;
  return (
    viewer.kind === 'user' &&
    (viewer.userId === order.customerId || viewer.userId === order.riderUserId || hasRole(viewer, 'OPERATOR'))
  );
}

/** The signed-in caller as a customer. Throws UNAUTHENTICATED. */
export function customerOf(context: RequestContext): { customerId: string; correlationId: string } {
  return { customerId: requireUser(context.viewer).userId, correlationId: context.correlationId };
}
