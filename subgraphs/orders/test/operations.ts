const userErrors = 'userErrors { code message field itemId productId availableQuantity currentGrandTotal { amount } }';

export const cartFields = `cart { id guestToken totalQuantity couponCode items { id quantity productName product { id } } } ${userErrors}`;

export const orderView = `id number status customerId note
  items { id quantity refundedQuantity productName lineTotal { amount } unitPrice { amount } mrp { amount } product { id } }
  bill { itemTotal { amount } mrpTotal { amount } discount { amount } couponDiscount { amount } deliveryFee { amount } handlingFee { amount } tip { amount } grandTotal { amount formatted } savings { amount } }
  payment { id method status amount { amount } providerReference clientSecret failureReason refunds { id amount { amount } status reason } }
  deliveryAddress { label line1 line2 city pincode landmark latitude longitude }
  cancellation { reason note cancelledBy at }
  events { sequence kind note actorKind actorId occurredAt }
  placedAt updatedAt`;

export const orderFields = `order { ${orderView} } ${userErrors}`;

export const cancelMutation = `mutation ($id: ID!) { cancelOrder(orderId: $id, reason: CHANGED_MIND) { ${orderFields} } }`;
export const retryMutation = `mutation ($id: ID!, $m: PaymentMethod!, $t: String, $k: String!) {
  retryPayment(orderId: $id, method: $m, paymentToken: $t, idempotencyKey: $k) { ${orderFields} } }`;
export const confirmMutation = `mutation ($id: ID!, $r: String!, $k: String!) {
  confirmPayment(orderId: $id, providerReference: $r, idempotencyKey: $k) { ${orderFields} } }`;
export const refundMutation = `mutation ($input: RefundOrderInput!) { refundOrder(input: $input) { ${orderFields} } }`;
