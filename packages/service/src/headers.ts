/** Header names of our own between gateway and subgraphs, lower-case as node gives them. */
export const HEADERS = {
  /** The signed assertion of who is calling. */
  identity: 'x-swiftcart-identity',
  correlationId: 'x-correlation-id',
  /** A guest's cart. */
  cartToken: 'x-cart-token',
  /** W3C trace context, handed on untouched. */
  traceparent: 'traceparent',
} as const;
